/**
 * Manages the tokens of many connections within one process.
 *
 * 1. A fresh access token in memory is used.
 * 2. In the last part of its life it is used, and renewed in the background.
 * 3. At most one renewal per connection is in flight in a process; everyone waits for it, each as long as
 *    its own deadline allows. Many connections take turns (`refresh-queue.ts`).
 * 4. Across processes, `rotation.ts` coordinates.
 * 5. Tokens that could not be stored stay in memory, are used, and are stored once the store is back.
 * 6. If the response to a refresh was lost, the refresh token is spent again in the background during the
 *    grace period, without waiting for another caller to ask in time.
 * 7. A refused token is replaced once; a replacement that never worked is not replaced again at once, and
 *    an endpoint that refuses every token is to blame itself (`auth/refusals.ts`).
 */

import type { TokenManager } from "../auth/token-manager.js";
import type { Deadline } from "../transport/deadline.js";
import { type CachedConnection, createConnectionCache } from "./connection-cache.js";
import { type Connection, type Snapshot, toConnection } from "./connection-record.js";
import { createRefreshQueue } from "./refresh-queue.js";
import { hasTimeLeft, type RenewalTools, renew } from "./renewal.js";

export interface ConnectionManagerOptions extends Omit<RenewalTools, "cache" | "queue"> {
  /** Most refreshes at once. */
  readonly concurrent: number;
}

export interface RenewOptions {
  /** Spend the refresh token even if it may be too late. */
  readonly force?: boolean | undefined;
  /** A connection that need not be renewed any more. */
  readonly unless?: ((connection: Connection) => boolean) | undefined;
  /** Whether calls that wait for tokens go first. */
  readonly inBackground?: boolean | undefined;
}

export interface ConnectionManager {
  /** The bearer tokens of one connection. */
  tokens(id: string): TokenManager;
  /** Renews now, even if the token is still fresh. */
  renew(
    id: string,
    options?: RenewOptions,
  ): Promise<{ readonly connection: Connection; readonly rotated: boolean }>;
  /** Drops what is in memory, after the record was replaced or deleted. */
  forget(id: string): void;
}

/** If a new token is refused too, the token is not to blame, and refreshing on every call would not help. */
const replacementRestMs = 5000;

export function createConnectionManager(options: ConnectionManagerOptions): ConnectionManager {
  const cache = createConnectionCache(options.nowMs);
  const tools: RenewalTools = { ...options, cache, queue: createRefreshQueue(options) };
  return {
    tokens: (id) => tokensOf(tools, id),
    renew: (id, how = {}) => renewNow(tools, cache.open(id), how),
    forget: (id) => cache.delete(id),
  };
}

async function renewNow(
  tools: RenewalTools,
  entry: CachedConnection,
  { force, unless, inBackground }: RenewOptions,
) {
  const urgency = inBackground ? "background" : "waiting";
  const isFresh = ({ record, spentAtMs }: Snapshot): boolean =>
    unless !== undefined && spentAtMs === undefined && unless(toConnection(record));
  const { snapshot, rotated } = await waiting(entry, async () => {
    do await entry.renewal?.catch(() => undefined);
    while (force && entry.renewal);
    return await renew(tools, entry, { isFresh, force, urgency });
  });
  return { connection: toConnection(snapshot.record), rotated };
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
      if (now >= entry.renewAtMs) renewEarly(tools, entry, entry.token);
      return entry.token;
    },
    async replace(refused, deadline, endpoint) {
      const entry = cache.open(id);
      if (entry.token !== undefined && entry.token !== refused) return entry.token;
      if (entry.token !== undefined && nowMs() < entry.noReplacementUntilMs) return undefined;
      if (entry.token !== undefined && entry.refusals.isToBlame(endpoint)) return undefined;
      entry.token = undefined;
      const other = await waitForToken(tools, entry, deadline, refused);
      entry.noReplacementUntilMs = nowMs() + replacementRestMs;
      return other;
    },
    worked(token) {
      const entry = cache.get(id);
      if (entry?.token !== token) return;
      entry.noReplacementUntilMs = 0;
      entry.refusals.accepted();
    },
    refusedTwice: (endpoint) => cache.get(id)?.refusals.refusedTwice(endpoint),
  };
}

/** Renews in the background a token that is still good, unless another process has renewed it. */
function renewEarly(tools: RenewalTools, entry: CachedConnection, token: string): void {
  const isFresh = (snapshot: Snapshot): boolean =>
    hasTimeLeft(tools, snapshot) && snapshot.record.accessToken !== token;
  renew(tools, entry, { isFresh, urgency: "background" }).catch(() => undefined);
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
    const { snapshot } = await waiting(entry, () =>
      deadline.race("waiting for a token", renew(tools, entry, { isFresh, urgency: "waiting" })),
    );
    // What satisfied another caller may not satisfy this one.
    if (!joined || isFresh(snapshot)) return snapshot.record.accessToken;
  }
}

/** Counts a caller for as long as it waits. */
async function waiting<T>(entry: CachedConnection, work: () => Promise<T>): Promise<T> {
  entry.waiting++;
  try {
    return await work();
  } finally {
    entry.waiting--;
  }
}
