/** What one kind of storage has to be able to do; `buildStore` makes a store of it. */

import type { KeyPage, ListedKey, StoredRecord, Write } from "./store.js";

/** One try at a lease. */
export interface Attempt {
  readonly leaseMs: number;
  /** Names this try, so that a client that sends it again after a lost answer gets the same lease. */
  readonly token: string;
  /**
   * Version of the record that the caller has judged (0: there was none). Where it is another one by
   * now, the record is answered and no lease given: it may be good enough. Undefined: give it anyway.
   */
  readonly seenVersion: number | undefined;
}

export type Acquired =
  | { readonly kind: "taken"; readonly fence: number; readonly record: StoredRecord | undefined }
  | {
      readonly kind: "held";
      readonly record: StoredRecord | undefined;
      /** Until the other holder's lease runs out. */
      readonly remainingMs: number;
    }
  | { readonly kind: "changed"; readonly record: StoredRecord | undefined };

/** A `ListOptions` with its defaults filled in and its cursor read. */
export interface ListQuery {
  readonly prefix: string;
  readonly expiringBeforeMs: number | undefined;
  readonly limit: number;
  /** The last key that the page before looked at. */
  readonly after: ListedKey | undefined;
}

export interface Listed {
  readonly keys: KeyPage["keys"];
  /** Where to go on; undefined at the end. */
  readonly after: ListedKey | undefined;
}

/** Hears when the record or the lease of one key changes. */
export interface Listener {
  /**
   * Called by who is about to wait. `now`: changes are heard from here on, and one may have been missed;
   * `already`: none was missed; `never`: nothing will be heard.
   */
  start(): Promise<"now" | "already" | "never">;
  /** Calls back at every change, and at once for one heard while there was nobody to call. */
  onChange(changed: (() => void) | undefined): void;
  close(): void;
}

/** Arguments have been checked; durations are whole milliseconds. */
export interface StoreBackend {
  read(key: string): Promise<StoredRecord | undefined>;
  acquire(key: string, attempt: Attempt): Promise<Acquired>;
  /** Ends the lease with this fence, if it is the latest. */
  giveBack(key: string, fence: number): Promise<unknown>;
  /** `writeId` names this write, so that one that is sent twice answers the same twice. */
  write(key: string, write: Write, writeId: string): Promise<StoredRecord | undefined>;
  remove(key: string): Promise<boolean>;
  list(query: ListQuery): Promise<Listed>;
  claim(id: string, token: string, leaseMs: number): Promise<"claimed" | "busy" | "done">;
  confirm(id: string, token: string, keepMs: number): Promise<boolean>;
  release(id: string, token: string): Promise<boolean>;
  /** Undefined, or answering undefined: waiters look again from time to time. */
  listen?(key: string): Listener | undefined;
  /** How long a waiter without a listener waits before it looks again: at first, and at most. */
  readonly pollMs: readonly [first: number, most: number];
}
