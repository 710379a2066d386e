/**
 * What the store keeps of a seller: how far it is, and ids. No personal data.
 *
 * A step is done under a lease on the identifier, and written under its fence before the next one
 * begins. So of several processes one works on a seller at a time, and one that slept through the end
 * of its lease cannot overwrite what its successor wrote.
 */

import type { Lease, RecordStore, StoredRecord } from "../stores/store.js";

/**
 * The last step that is done. `creating` is written before an account is opened: whoever finds it does
 * not know whether there is one.
 */
export type Stage = "creating" | "created" | "updated" | "submitted" | "agreed" | "done";

export interface Progress {
  readonly stage: Stage;
  readonly accountId?: string | undefined;
  /** By the names of the files. */
  readonly fileIds?: Readonly<Record<string, string>> | undefined;
  /** Of the account, once it is done. */
  readonly status?: string | undefined;
}

/** The lease was lost to somebody else, who goes on with the seller. */
export class LeaseLost extends Error {}

/** A lease on a seller, and what is known of it. */
export interface Holding {
  readonly progress: Progress | undefined;
  /** How long ago it was written, in milliseconds, by the clock of the store. */
  readonly ageMs: number;
  /** How much longer the lease lasts, in milliseconds. */
  readonly leftMs: number;
  /** @throws LeaseLost */
  save(progress: Progress): Promise<void>;
}

export interface Records {
  read(identifier: string): Promise<Progress | undefined>;
  /** Answers undefined when another process is at work on the seller. */
  hold<T>(
    identifier: string,
    work: (holding: Holding) => Promise<T>,
  ): Promise<{ result: T } | undefined>;
  /** Writes unless somebody has changed the record since; no lease is needed. */
  finish(identifier: string, progress: Progress): Promise<void>;
}

/** Longer than everything that is done under one lease: see `callTimeoutMs` in onboarding-steps.ts. */
const leaseMs = 30_000;

export function createRecords(store: RecordStore, keyPrefix: string): Records {
  return {
    read: async (identifier) => parse(await store.read(keyPrefix + identifier)),
    async hold(identifier, work) {
      const key = keyPrefix + identifier;
      const held = await store.withLease(key, { leaseMs, waitMs: 0 }, (lease) =>
        work(holdingOf(store, key, lease)),
      );
      return held.kind === "worked" ? { result: held.result } : undefined;
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

function holdingOf(store: RecordStore, key: string, { record, fence, askedAtMs }: Lease): Holding {
  let current = parse(record);
  let version = record?.version ?? 0;
  return {
    get progress() {
      return current;
    },
    ageMs: record?.ageMs ?? 0,
    get leftMs() {
      return leaseMs - (performance.now() - askedAtMs);
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
