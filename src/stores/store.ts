/**
 * The contract of a store: what must survive the process, and what several processes agree on.
 *
 * A store keeps two kinds of things. *Records* are texts under a key, changed by one holder of a lease
 * at a time. *Claims* are ids of events that are to be handled once. It never looks inside a record.
 *
 * Every method may reject; the caller treats that as "the store is away" and loses nothing. A write
 * that rejects may have been made: the answer can be lost on the way back, and only a read tells. A
 * store for production keeps what it has confirmed through a crash of its own.
 *
 * Keys and ids are 1 to 512 characters (UTF-16 units) of any script, and values texts of at least up
 * to 64 KB; neither holds a lone surrogate or U+0000, which not every database can keep. Anything else,
 * and a duration or limit out of range, rejects with a `TypeError` or `RangeError` before any I/O.
 */

/** A record as the store has it. */
export interface StoredRecord {
  readonly value: string;
  /**
   * 1 for the first write of a key, and one more with every write after it, deleted in between or not:
   * whoever read the deleted record must not overwrite the new one.
   */
  readonly version: number;
  /**
   * Unix time in milliseconds after which the record is worth nothing; undefined: never. A word to the
   * caller and to `list`: the store itself keeps the record until it is deleted, so that no clock that
   * is wrong can lose one.
   */
  readonly expiresAtMs: number | undefined;
  /**
   * Milliseconds since it was written, by the store's own clock and as of this answer; never negative.
   * That is the one clock that all processes share, whatever their own clocks say.
   */
  readonly ageMs: number;
}

/** The right to be the only one who changes a record, for a while. */
export interface Lease {
  /**
   * Greater than that of every earlier lease of the key. A write with an older one is refused, so that
   * a process that slept through the end of its lease cannot overwrite what its successor wrote.
   */
  readonly fence: number;
  /** The record as it was when the lease was taken; read in the same step. */
  readonly record: StoredRecord | undefined;
  /**
   * `performance.now()` of this process just before the lease was asked for: it ends `leaseMs` after
   * that at the earliest, and the age of the record was no greater than it seems now, counted from here.
   */
  readonly askedAtMs: number;
}

/** Options of `withLease`. */
export interface LeaseOptions {
  /** How long the lease lasts unless it is given back, in milliseconds. */
  readonly leaseMs: number;
  /** How long to wait for another holder, in milliseconds; 0: try once. */
  readonly waitMs: number;
  /** Ends the wait, which rejects with the signal's reason. The work itself is not interrupted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Looked at while another holder works: as soon as the record is good enough, the wait is over and
   * no lease is needed. It may answer later, because a sealed record takes a moment to open.
   */
  readonly enough?: ((record: StoredRecord | undefined) => boolean | Promise<boolean>) | undefined;
}

/** What became of `withLease`. */
export type LeaseResult<T> =
  /** The lease was held, and the work was done. */
  | { readonly kind: "worked"; readonly result: T }
  /** Another holder made the record good enough. */
  | { readonly kind: "enough"; readonly record: StoredRecord | undefined }
  /** Another holder had the lease for all of `waitMs`. */
  | { readonly kind: "busy" };

/** A write by compare-and-set. */
export interface Write {
  readonly value: string;
  readonly expiresAtMs: number | undefined;
  /** Version that must be there now; 0 for a key that must be free. */
  readonly expectedVersion: number;
  /**
   * Fence of the lease under which the write is made. Refused when a later lease was given; where it is
   * accepted, the lease ends in the same step. Undefined: the write needs no lease, and ends none.
   */
  readonly fence?: number | undefined;
  /** Whether the lease goes on after a write under its fence. Default false. */
  readonly keepLease?: boolean | undefined;
  /** Whether the age of the record goes on counting from the write before. Default false. */
  readonly keepAge?: boolean | undefined;
}

/** Options of `list`. */
export interface ListOptions {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Only records that expire before this Unix time in milliseconds, the soonest first. */
  readonly expiringBeforeMs?: number | undefined;
  /** At most this many keys; 1 to 1000, default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListedKey {
  readonly key: string;
  readonly expiresAtMs: number | undefined;
}

/** One page of keys. */
export interface KeyPage {
  readonly keys: readonly ListedKey[];
  /** Where the next page begins; undefined at the end. A page before it can be short, even empty. */
  readonly next: string | undefined;
}

/** Records, and leases on them. */
export interface RecordStore {
  read(key: string): Promise<StoredRecord | undefined>;
  /**
   * Runs `work` under a lease on the key, and gives the lease back afterwards, also when it throws. What
   * came of the work is answered even when giving back fails: the lease then runs out by itself.
   */
  withLease<T>(
    key: string,
    options: LeaseOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<LeaseResult<T>>;
  /** Writes, or answers undefined when version or fence do not allow it. Never half a record. */
  compareAndSet(key: string, write: Write): Promise<StoredRecord | undefined>;
  /** Removes the record; true when there was one. Fences of the key go on growing. */
  delete(key: string): Promise<boolean>;
  list(options: ListOptions): Promise<KeyPage>;
}

/** What became of a claim. */
export type ClaimResult =
  /** Ours until it is confirmed, released, or its time runs out. `token` proves it. */
  | { readonly kind: "claimed"; readonly token: string }
  /** Somebody else is at it. */
  | { readonly kind: "busy" }
  /** Confirmed before: never again. */
  | { readonly kind: "done" };

/** Ids that are to be handled once. */
export interface ClaimStore {
  /** Claims an id for `leaseMs`; a claim that is not confirmed by then is open to others. */
  claim(id: string, options: { readonly leaseMs: number }): Promise<ClaimResult>;
  /**
   * Marks it done for `keepMs`; false when the claim had been lost to somebody else. A claim whose time
   * ran out and that nobody took since is still ours to confirm, and confirming twice changes nothing.
   */
  confirm(id: string, token: string, options: { readonly keepMs: number }): Promise<boolean>;
  /** Gives it back at once; false when the claim had been lost already. */
  release(id: string, token: string): Promise<boolean>;
}

/** What a client keeps between processes. */
export interface Store extends RecordStore, ClaimStore {}
