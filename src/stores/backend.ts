/** What a storage backend must provide; `buildStore` turns it into a store. */

import type { StoreErrorCode } from "../errors/store-errors.js";
import type { KeyPage, Lease, ListedKey, StoredRecord, Write } from "./store.js";

/** One attempt to take a lease. */
export interface Attempt {
  readonly leaseMs: number;
  /** Identifies this attempt, so that a client that resends it after a lost reply gets the same lease. */
  readonly token: string;
  /**
   * Version of the record that the caller has judged (0: there was none). If the record has changed since,
   * it is returned and no lease given, because it may be good enough. Undefined: give the lease anyway.
   */
  readonly seenVersion: number | undefined;
}

export type Acquired =
  | ({ readonly kind: "taken" } & Pick<Lease, "fence" | "record" | "hadRecord">)
  | {
      readonly kind: "held";
      readonly record: StoredRecord | undefined;
      /** Time until the other holder's lease expires. */
      readonly remainingMs: number;
    }
  | { readonly kind: "changed"; readonly record: StoredRecord | undefined };

/** `ListOptions` with defaults filled in and the cursor decoded. */
export interface ListQuery {
  readonly prefix: string;
  readonly expiringBeforeMs: number | undefined;
  readonly limit: number;
  /** The last key that the previous page looked at. */
  readonly after: ListedKey | undefined;
}

export interface Listed {
  readonly keys: KeyPage["keys"];
  /** Where to continue; undefined at the end. */
  readonly after: ListedKey | undefined;
}

/** Listens for changes to one key's record or lease. */
export interface Listener {
  /**
   * Called before waiting. `now`: changes are heard from here on, but one may have been missed; `already`:
   * none was missed; `never`: none will be heard.
   */
  start(): Promise<"now" | "already" | "never">;
  /** Sets the callback for changes, and calls it at once for a change that came while none was set. */
  onChange(changed: (() => void) | undefined): void;
  close(): void;
}

/** What a `StoreError` says about an error whose reason is known. */
export interface KnownFailure {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** Arguments are already validated; durations are whole milliseconds. */
export interface StoreBackend {
  read(key: string): Promise<StoredRecord | undefined>;
  acquire(key: string, attempt: Attempt): Promise<Acquired>;
  /** Ends the lease with this fence, if it is still the latest. */
  giveBack(key: string, fence: number): Promise<unknown>;
  /** `writeId` identifies this write, so that a backend can give a resent one the same result. */
  write(key: string, write: Write, writeId: string): Promise<StoredRecord | undefined>;
  remove(key: string): Promise<boolean>;
  list(query: ListQuery): Promise<Listed>;
  claim(id: string, token: string, leaseMs: number): Promise<"claimed" | "busy" | "done">;
  confirm(id: string, token: string, keepMs: number): Promise<boolean>;
  release(id: string, token: string): Promise<boolean>;
  /** If missing, or if it returns undefined, waiters poll. */
  listen?(key: string): Listener | undefined;
  /** Polling interval of a waiter without a listener: at first, and at most. */
  readonly pollMs: readonly [first: number, most: number];
  /** What to say about an error that this backend knows; see `toStoreError`. */
  explain?(error: unknown): KnownFailure | undefined;
}
