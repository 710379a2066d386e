/**
 * What the store keeps for a seller: its progress and ids, no personal data.
 *
 * Each step runs under a lease on the identifier, and is recorded under the lease's fence before the
 * next one starts. So only one process works on a seller at a time, and one that slept past the end of
 * its lease cannot overwrite what its successor wrote.
 */

import type { Lease, RecordStore, StoredRecord } from "../stores/store.js";

/**
 * The last completed step. `creating` is written before an account is opened: whoever reads it cannot
 * tell whether the account exists.
 */
export type Stage = "creating" | "created" | "updated" | "submitted" | "agreed" | "done";

export interface Progress {
  readonly stage: Stage;
  readonly accountId?: string | undefined;
  /** Keyed by file name. */
  readonly fileIds?: Readonly<Record<string, string>> | undefined;
  /** Status of the account, once the seller is done. */
  readonly status?: string | undefined;
}

/** The lease was lost; another process may carry on with the seller. */
export class LeaseLost extends Error {}

/** The stored progress of a seller, under a lease. */
export interface LeasedRecord {
  readonly progress: Progress | undefined;
  /** How long ago the progress was written, in milliseconds, by the store's clock. */
  readonly ageMs: number;
  /** Time left on the lease, in milliseconds. */
  readonly leftMs: number;
  /** @throws LeaseLost */
  save(progress: Progress): Promise<void>;
}

export interface Records {
  read(identifier: string): Promise<Progress | undefined>;
  /** Resolves to undefined while another process has the lease. */
  withLease<T>(
    identifier: string,
    work: (record: LeasedRecord) => Promise<T>,
  ): Promise<{ result: T } | undefined>;
  /** Writes unless the record changes meanwhile; needs no lease. */
  finish(identifier: string, progress: Progress): Promise<void>;
}

/** Longer than any call made under one lease, except a slow upload: see `leaseLeftMs` in steps.ts. */
const leaseMs = 30_000;

/** @param now the clock that the store measures `askedAtMs` by, in milliseconds */
export function createRecords(
  store: RecordStore,
  keyPrefix: string,
  now: () => number = () => performance.now(),
): Records {
  return {
    read: async (identifier) => parse(await store.read(keyPrefix + identifier)),
    async withLease(identifier, work) {
      const key = keyPrefix + identifier;
      const leased = await store.withLease(key, { leaseMs, waitMs: 0 }, (lease) =>
        work(recordUnder(lease, store, key, now)),
      );
      return leased.kind === "worked" ? { result: leased.result } : undefined;
    },
    async finish(identifier, progress) {
      const key = keyPrefix + identifier;
      const { version } = (await store.read(key)) ?? { version: 0 };
      await store.compareAndSet(key, {
        value: JSON.stringify(progress),
        expiresAtMs: undefined,
        expectedVersion: version,
      });
    },
  };
}

function recordUnder(
  { record, fence, askedAtMs }: Lease,
  store: RecordStore,
  key: string,
  now: () => number,
): LeasedRecord {
  let current = parse(record);
  let version = record?.version ?? 0;
  return {
    get progress() {
      return current;
    },
    // A store that cannot tell says Infinity; then the whole time is waited for.
    ageMs: Number.isFinite(record?.ageMs) ? (record?.ageMs ?? 0) : 0,
    get leftMs() {
      return leaseMs - (now() - askedAtMs);
    },
    async save(progress) {
      const written = await store.compareAndSet(key, {
        value: JSON.stringify(progress),
        expiresAtMs: undefined,
        expectedVersion: version,
        fence,
        keepLease: true,
      });
      if (!written) throw new LeaseLost("The lease on a seller was lost");
      current = progress;
      version = written.version;
    },
  };
}

function parse(record: StoredRecord | undefined): Progress | undefined {
  return record && (JSON.parse(record.value) as Progress);
}
