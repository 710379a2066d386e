/** What one process remembers of each connection. */

import { createRefusals, type Refusals } from "../auth/refusals.js";
import type { Snapshot } from "./connection-record.js";
import type { Unsaved } from "./record-writes.js";
import type { Ticket } from "./refresh-queue.js";

export interface CachedConnection {
  readonly id: string;
  /** Whether this process has ever had the record. */
  seen: boolean;
  token: string | undefined;
  /** Monotonic. */
  renewAtMs: number;
  expiresAtMs: number;
  /** The renewal that is under way, and its place in the queue. */
  renewal: Promise<Renewed> | undefined;
  ticket: Ticket | undefined;
  /** How many callers wait for it. */
  waiting: number;
  /** What could not be written to the store yet. */
  unsaved: Unsaved | undefined;
  unsavedBecause: unknown;
  /** A pair that is being written for the first time. */
  issued: Unsaved | undefined;
  /** The newest pair that was seen. The store may fall behind it. */
  newest: Snapshot | undefined;
  /** Until when the refresh token may be spent again after its response was lost. Monotonic. */
  spendableUntilMs: number;
  /** Until when a replaced token that was never accepted is not replaced again. Monotonic. */
  noReplacementUntilMs: number;
  readonly refusals: Refusals;
  /** The background task that settles what is open. */
  settling: Promise<void> | undefined;
}

export interface Renewed {
  readonly snapshot: Snapshot;
  /** Whether this process has spent the refresh token; otherwise another one had renewed already. */
  readonly rotated: boolean;
}

export interface ConnectionCache {
  /** The entry of a connection; a new one if there is none. */
  open(id: string): CachedConnection;
  get(id: string): CachedConnection | undefined;
  delete(id: string): void;
  all(): Iterable<CachedConnection>;
}

/** A token is renewed one to two minutes before it expires, or in the middle of its life if that is later. */
const renewBeforeMs = { least: 60_000, spread: 60_000 };
const renewBeforeShare = { least: 0.5, spread: 0.1 };
/** A token with less time left than this may expire on the way. */
export const leastLeftMs = 5000;
/** Ids come from outside, and each leaves an entry behind, even if there is no such connection. */
const fewestToSweep = 1000;

export function createConnectionCache(nowMs: () => number): ConnectionCache {
  const entries = new Map<string, CachedConnection>();
  let sweepAt = fewestToSweep;

  /** Drops entries not worth keeping, each time their number has doubled since the last sweep. */
  function sweep(): void {
    if (entries.size < sweepAt) return;
    for (const [id, entry] of entries) if (isIdle(entry, nowMs())) entries.delete(id);
    sweepAt = Math.max(fewestToSweep, entries.size * 2);
  }

  return {
    open(id) {
      let entry = entries.get(id);
      if (!entry) {
        sweep();
        entry = emptyEntry(id, createRefusals(nowMs));
        entries.set(id, entry);
      }
      return entry;
    },
    get: (id) => entries.get(id),
    delete: (id) => entries.delete(id),
    all: () => entries.values(),
  };
}

function emptyEntry(id: string, refusals: Refusals): CachedConnection {
  return {
    id,
    seen: false,
    token: undefined,
    renewAtMs: 0,
    expiresAtMs: 0,
    renewal: undefined,
    ticket: undefined,
    waiting: 0,
    unsaved: undefined,
    unsavedBecause: undefined,
    issued: undefined,
    newest: undefined,
    spendableUntilMs: 0,
    noReplacementUntilMs: 0,
    refusals,
    settling: undefined,
  };
}

function isIdle(entry: CachedConnection, nowMs: number): boolean {
  const { renewal, unsaved, settling, expiresAtMs, spendableUntilMs } = entry;
  return !(renewal || unsaved || settling) && nowMs >= Math.max(expiresAtMs, spendableUntilMs);
}

export function cacheToken(entry: CachedConnection, snapshot: Snapshot, nowMs: number): void {
  const { record, accessEndsAtMs } = snapshot;
  const leftMs = accessEndsAtMs - nowMs;
  entry.seen = true;
  entry.newest = snapshot;
  entry.token = record.accessToken;
  entry.expiresAtMs = accessEndsAtMs - leastLeftMs;
  const spread = spreadOf(record.accessToken);
  const beforeMs = renewBeforeMs.least + renewBeforeMs.spread * spread;
  const share = renewBeforeShare.least + renewBeforeShare.spread * spread;
  entry.renewAtMs = accessEndsAtMs - Math.min(beforeMs, leftMs * share);
}

/**
 * From 0 up to 1. Tokens that were issued together are renewed at different moments, but each at the same
 * moment in every process: the first to come renews it for all.
 */
function spreadOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = Math.max(0, token.length - 16); i < token.length; i++) {
    hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
