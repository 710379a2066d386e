/**
 * Manages the tokens of many connections within one process.
 *
 * 1. A fresh access token in memory is used.
 * 2. In its last minute it is used, and renewed in the background.
 * 3. At most one renewal per connection is in flight in a process; everyone waits for it.
 * 4. Across processes, `rotation.ts` coordinates.
 * 5. Tokens that could not be stored stay in memory, are used, and are stored once the store is back.
 * 6. If the response to a refresh was lost, the refresh token is spent again in the background during the
 *    grace period, without waiting for another caller to ask in time.
 * 7. A refused token is replaced once; a replacement that never worked is not replaced again at once.
 */

import type { TokenManager } from "../auth/token-manager.js";
import type { Deadline } from "../transport/deadline.js";
import { type CachedConnection, createConnectionCache, renewBeforeMs } from "./connection-cache.js";
import { type Connection, type Snapshot, toConnection } from "./connection-record.js";
import { hasTimeLeft, type RenewalTools, renew } from "./renewal.js";

export type ConnectionManagerOptions = Omit<RenewalTools, "cache">;

export interface ConnectionManager {
  /** The bearer tokens of one connection. */
  tokens(id: string): TokenManager;
  /** Renews now, even if the token is still fresh. */
  renew(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;
  /** Drops what is in memory, after the record was replaced or deleted. */
  forget(id: string): void;
}

/** If a new token is refused too, the token is not to blame, and refreshing on every call would not help. */
const replacementRestMs = 5000;

export function createConnectionManager(options: ConnectionManagerOptions): ConnectionManager {
  const cache = createConnectionCache(options.nowMs);
  const tools: RenewalTools = { ...options, cache };
  return {
    tokens: (id) => tokensOf(tools, id),
    async renew(id, { force } = {}) {
      const entry = cache.open(id);
      do await entry.renewal?.catch(() => undefined);
      while (force && entry.renewal);
      const { record } = await renew(tools, entry, { isFresh: () => false, force });
      return toConnection(record);
    },
    forget: (id) => cache.delete(id),
  };
}

function tokensOf(tools: RenewalTools, id: string): TokenManager {
  const { cache, nowMs } = tools;
  return {
    current(deadline) {
      const entry = cache.open(id);
      const now = nowMs();
      if (entry.token === undefined || now >= entry.expiresAtMs) {
        return waitForToken(tools, entry, deadline);
      }
      if (now >= entry.renewAtMs) renewEarly(tools, entry);
      return entry.token;
    },
    async replace(refused, deadline) {
      const entry = cache.open(id);
      if (entry.token !== undefined && entry.token !== refused) return entry.token;
      if (entry.token !== undefined && nowMs() < entry.noReplacementUntilMs) return undefined;
      entry.token = undefined;
      const other = await waitForToken(tools, entry, deadline, refused);
      entry.noReplacementUntilMs = nowMs() + replacementRestMs;
      return other;
    },
    worked(token) {
      const entry = cache.get(id);
      if (entry?.token === token) entry.noReplacementUntilMs = 0;
    },
  };
}

/** Renews in the background a token that is still good. */
function renewEarly(tools: RenewalTools, entry: CachedConnection): void {
  const isFresh = ({ accessEndsAtMs }: Snapshot): boolean =>
    accessEndsAtMs - tools.nowMs() > renewBeforeMs;
  renew(tools, entry, { isFresh }).catch(() => undefined);
}

async function waitForToken(
  tools: RenewalTools,
  entry: CachedConnection,
  deadline: Deadline,
  refused?: string,
): Promise<string> {
  const isFresh = (snapshot: Snapshot): boolean =>
    hasTimeLeft(tools, snapshot) && snapshot.record.accessToken !== refused;
  for (;;) {
    const joined = entry.renewal !== undefined;
    const snapshot = await deadline.race("waiting for a token", renew(tools, entry, { isFresh }));
    // What satisfied another caller may not satisfy this one.
    if (!joined || isFresh(snapshot)) return snapshot.record.accessToken;
  }
}
