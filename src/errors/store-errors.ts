/** What a store throws when it cannot do its work and neither a bad argument nor the network is to blame. */

import { SdkError } from "./sdk-error.js";

/**
 * Codes of {@link StoreError}.
 *
 * - `sealed_key_missing`: the record was sealed with a key that was not given.
 * - `sealed_record_invalid`: not a sealed record, or altered since it was sealed.
 * - `sealed_record_moved`: sealed for another key in the store.
 * - `record_unreadable`: what is stored under the key is not what the store wrote.
 * - `store_unavailable`: it could not be reached, or refused; `cause` is the client's or the disk's error.
 *   A change that was asked for may have been made.
 * - `store_answer_invalid`: the client answered something else than the store's own server would, for
 *   example rows whose columns a mapper has renamed.
 * - `replicas_missing`: the change was made, and fewer Redis replicas than asked for have it.
 * - `store_not_ready`: its tables are missing.
 * - `transaction_ended`: work inside a transaction committed it or rolled it back.
 * - `claim_lost`: work on an event outlasted its claim, and another worker started on it meanwhile.
 */
export type StoreErrorCode =
  | "sealed_key_missing"
  | "sealed_record_invalid"
  | "sealed_record_moved"
  | "record_unreadable"
  | "store_unavailable"
  | "store_answer_invalid"
  | "replicas_missing"
  | "store_not_ready"
  | "transaction_ended"
  | "claim_lost";

/** A store could not do what was asked. Contains no record and no key material. */
export class StoreError extends SdkError {
  readonly code: StoreErrorCode;
  /** The record's key in the store, if a single record is to blame. */
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
