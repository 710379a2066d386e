/** What one process remembers of each connection. */

import type { Snapshot } from "./connection-record.js";
import type { Unsaved } from "./record-writes.js";

export interface CachedConnection {
  readonly id: string;
  /** Whether this process has ever had the record. */
  seen: boolean;
  token: string | undefined;
  /** Monotonic. */
  renewAtMs: number;
  expiresAtMs: number;
  /** The renewal that is under way. */
  renewal: Promise<Snapshot> | undefined;
  /** What could not be written to the store yet. */
  unsaved: Unsaved | undefined;
  /** Until when the refresh token may be spent again after its response was lost. Monotonic. */
  spendableUntilMs: number;
  /** Until when a replaced token that was never accepted is not replaced again. Monotonic. */
  noReplacementUntilMs: number;
  /** Whether a background task is trying to settle what is open. */
  settling: boolean;
}

export interface ConnectionCache {
  /** The entry of a connection; a new one if there is none. */
  open(id: string): CachedConnection;
  get(id: string): CachedConnection | undefined;
  delete(id: string): void;
}

/** A token is renewed this much before it expires, or at half its life if that is later. */
export const renewBeforeMs = 60_000;
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
        entry = emptyEntry(id);
        entries.set(id, entry);
      }
      return entry;
    },
    get: (id) => entries.get(id),
    delete: (id) => entries.delete(id),
  };
}

function emptyEntry(id: string): CachedConnection {
  return {
    id,
    seen: false,
    token: undefined,
    renewAtMs: 0,
    expiresAtMs: 0,
    renewal: undefined,
    unsaved: undefined,
    spendableUntilMs: 0,
    noReplacementUntilMs: 0,
    settling: false,
  };
}

function isIdle(entry: CachedConnection, nowMs: number): boolean {
  const { renewal, unsaved, settling, expiresAtMs, spendableUntilMs } = entry;
  return !(renewal || unsaved || settling) && nowMs >= Math.max(expiresAtMs, spendableUntilMs);
}

export function cacheToken(
  entry: CachedConnection,
  { record, accessEndsAtMs }: Snapshot,
  nowMs: number,
): void {
  const leftMs = accessEndsAtMs - nowMs;
  entry.seen = true;
  entry.token = record.accessToken;
  entry.expiresAtMs = accessEndsAtMs - leastLeftMs;
  entry.renewAtMs = accessEndsAtMs - Math.min(renewBeforeMs, leftMs / 2);
}
