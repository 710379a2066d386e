/**
 * The contract of a store: what must survive the process, and what several processes agree on.
 *
 * A store keeps two kinds of things. *Records* are strings under a key, changed by one lease holder at a
 * time. *Claims* are ids of events that are to be handled once. A store never looks inside a record.
 *
 * Every method may reject; the caller treats that as "the store is unavailable" and loses nothing. A write
 * that rejects may still have been made: the reply can be lost on the way back, and only a read can tell. A
 * production store keeps what it has confirmed through a crash of its own.
 *
 * Keys and ids are 1 to 512 characters (UTF-16 units) of any script, and values are strings; a store must
 * support at least 64 KB. Neither may contain a lone surrogate or U+0000, which not every database can
 * store. Anything else, and a duration or limit out of range, rejects with a `TypeError` or `RangeError`
 * before any I/O.
 */

/** A record as stored. */
export interface StoredRecord {
  readonly value: string;
  /**
   * 1 for the first write of a key, and one more with every later write, even if the record was deleted in
   * between: whoever read the deleted record must not overwrite the new one. A store may forget a deleted
   * key 30 days after its last use, and then count from 1 again.
   */
  readonly version: number;
  /**
   * Unix time in milliseconds after which the record is worthless; undefined means never. Only informs the
   * caller and `list`: the store itself keeps the record until it is deleted, so that a wrong clock cannot
   * lose one.
   */
  readonly expiresAtMs: number | undefined;
  /**
   * Milliseconds since the record was written, by the store's own clock at the time of the reply; never
   * negative. It is the one clock that all processes share, whatever their own clocks say. `Infinity` if the
   * store cannot tell, because that clock was set back since.
   */
  readonly ageMs: number;
}

/** The exclusive right to change a record, for a limited time. */
export interface Lease {
  /**
   * Greater than the fence of every earlier lease on the key. A write with an older one is refused, so that
   * a process that was suspended past the end of its lease cannot overwrite what its successor wrote.
   */
  readonly fence: number;
  /** The record at the time the lease was taken; read in the same step. */
  readonly record: StoredRecord | undefined;
  /**
   * Whether there is a record, or was one that was deleted. False although there was one: the store has lost
   * it, with all that it knew of the key.
   */
  readonly hadRecord: boolean;
  /**
   * `performance.now()` in this process just before the lease was requested. The lease ends `leaseMs` after
   * that at the earliest, and a record's age counted from here is never less than its real age.
   */
  readonly askedAtMs: number;
}

/** Options of `withLease`. */
export interface LeaseOptions {
  /** How long the lease lasts unless it is given back, in milliseconds. */
  readonly leaseMs: number;
  /** How long to wait for another holder, in milliseconds; 0 tries only once. */
  readonly waitMs: number;
  /** Ends the wait, which rejects with the signal's reason. The work itself is not interrupted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Checked while another holder works: as soon as the record is good enough, the wait ends and no lease is
   * needed. May be async, because a sealed record takes a moment to open.
   */
  readonly enough?: ((record: StoredRecord | undefined) => boolean | Promise<boolean>) | undefined;
}

/** The outcome of `withLease`. */
export type LeaseResult<T> =
  /** The lease was taken, and the work was done. */
  | { readonly kind: "worked"; readonly result: T }
  /** Another holder made the record good enough. */
  | { readonly kind: "enough"; readonly record: StoredRecord | undefined }
  /** Others held the lease for all of `waitMs`. */
  | { readonly kind: "busy" };

/** A compare-and-set write. */
export interface Write {
  readonly value: string;
  readonly expiresAtMs: number | undefined;
  /** The version the record must have now; 0 if there must be no record. */
  readonly expectedVersion: number;
  /**
   * Fence of the lease under which the write is made. The write is refused if a later lease was given; if it
   * is accepted, the lease ends in the same step. Undefined: the write needs no lease, and ends none.
   */
  readonly fence?: number | undefined;
  /** Whether the lease continues after a write under its fence. Default: false. */
  readonly keepLease?: boolean | undefined;
  /** Whether the record's age keeps counting from the previous write. Default: false. */
  readonly keepAge?: boolean | undefined;
}

/** Options of `list`. */
export interface ListOptions {
  /** Only keys that start with this. */
  readonly prefix: string;
  /** Only records that expire before this Unix time in milliseconds, soonest first. */
  readonly expiringBeforeMs?: number | undefined;
  /** At most this many keys; 1 to 1000, default 100. */
  readonly limit?: number | undefined;
  /** `next` of the previous page. */
  readonly cursor?: string | undefined;
}

export interface ListedKey {
  readonly key: string;
  readonly expiresAtMs: number | undefined;
}

/** One page of keys. */
export interface KeyPage {
  readonly keys: readonly ListedKey[];
  /** Cursor of the next page; undefined on the last. Pages before the last can be short, even empty. */
  readonly next: string | undefined;
}

/** Records, and leases on them. */
export interface RecordStore {
  read(key: string): Promise<StoredRecord | undefined>;
  /**
   * Runs `work` under a lease on the key, and gives the lease back afterwards, even if `work` throws. The
   * outcome of the work is returned even if giving back fails: the lease then expires by itself.
   */
  withLease<T>(
    key: string,
    options: LeaseOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<LeaseResult<T>>;
  /** Writes atomically, or returns undefined if version or fence do not allow it. */
  compareAndSet(key: string, write: Write): Promise<StoredRecord | undefined>;
  /** Removes the record; true if there was one. The key's fences keep growing. */
  delete(key: string): Promise<boolean>;
  list(options: ListOptions): Promise<KeyPage>;
}

/** The outcome of a claim. */
export type ClaimResult =
  /** Ours until it is confirmed, released or expires. `token` proves it. */
  | { readonly kind: "claimed"; readonly token: string }
  /** Claimed by someone else. */
  | { readonly kind: "busy" }
  /** Already confirmed: the work must not be done again. */
  | { readonly kind: "done" };

/** Ids that are to be handled once. */
export interface ClaimStore {
  /** Claims an id for `leaseMs`; if not confirmed by then, it is open to others. */
  claim(id: string, options: { readonly leaseMs: number }): Promise<ClaimResult>;
  /**
   * Marks the id done for `keepMs`; false if the claim was lost to someone else. An expired claim that
   * nobody has taken since can still be confirmed for at least a day, and confirming twice is harmless.
   */
  confirm(id: string, token: string, options: { readonly keepMs: number }): Promise<boolean>;
  /** Releases the id at once; false if the claim was already lost or confirmed. */
  release(id: string, token: string): Promise<boolean>;
}

/** What a client keeps between processes. */
export interface Store extends RecordStore, ClaimStore {}
