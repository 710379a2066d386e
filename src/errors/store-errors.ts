/** What a store throws when it cannot do its work, and the reason is neither a bad argument nor the network. */

import { SdkError } from "./sdk-error.js";

/**
 * Codes of {@link StoreError}.
 *
 * - `sealed_key_missing`: the record was sealed with a key that was not given.
 * - `sealed_record_invalid`: not a sealed record, or changed since it was sealed.
 * - `sealed_record_moved`: sealed for another key of the store.
 * - `record_unreadable`: what is kept under the key is not what the store wrote.
 * - `store_not_ready`: its tables are missing.
 * - `transaction_ended`: work inside a transaction has committed or rolled back by itself.
 * - `claim_lost`: work on an event took longer than its claim, and somebody else began it meanwhile.
 */
export type StoreErrorCode =
  | "sealed_key_missing"
  | "sealed_record_invalid"
  | "sealed_record_moved"
  | "record_unreadable"
  | "store_not_ready"
  | "transaction_ended"
  | "claim_lost";

/** A store cannot do what it was asked for. Holds no record and no key material. */
export class StoreError extends SdkError {
  readonly code: StoreErrorCode;
  /** The record's key in the store, where one record is to blame. */
  readonly key: string | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    { key, cause }: { readonly key?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super("StoreError", message, cause);
    this.code = code;
    this.key = key;
  }
}
