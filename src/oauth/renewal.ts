/** Renews the tokens of a connection, once for all callers in this process, and acts on the outcome. */

import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../errors/index.js";
import type { ConnectionEvent } from "../report/observe.js";
import {
  type CachedConnection,
  type ConnectionCache,
  cacheToken,
  leastLeftMs,
  type Renewed,
} from "./connection-cache.js";
import type { Snapshot } from "./connection-record.js";
import { snapshotOf, type Unsaved } from "./record-writes.js";
import type { Ticket, Urgency } from "./refresh-queue.js";
import { type Rotated, type RotationTools, rotate } from "./rotation.js";

export interface RenewalTools extends RotationTools {
  readonly cache: ConnectionCache;
  readonly keyOf: (id: string) => string;
  readonly publish: (event: ConnectionEvent) => void;
}

/** What a caller asks of the record. */
export interface RenewalOptions {
  /** A renewal that is under way moves forward if need be. */
  readonly urgency: Urgency;
  /** Whether the record can be used as it is. */
  readonly isFresh: (snapshot: Snapshot) => boolean;
  /** Spend the refresh token even if it may be too late. */
  readonly force?: boolean | undefined;
}

/** An endpoint that refuses this many turns in a row, each with several requests, is not just busy. */
const mostBusyTurns = 5;
const settleEveryMs = { first: 100, most: 5000 };

/** Joins the renewal that is under way, or starts one. */
export function renew(
  tools: RenewalTools,
  entry: CachedConnection,
  options: RenewalOptions,
): Promise<Renewed> {
  if (entry.ticket) tools.queue.promote(entry.ticket, options.urgency);
  const ticket = entry.ticket ?? { urgency: options.urgency };
  entry.ticket = ticket;
  entry.renewal ??= rotatePatiently(tools, entry, options, ticket).finally(() => {
    entry.renewal = undefined;
    entry.ticket = undefined;
  });
  return entry.renewal;
}

/** While the endpoint has too many requests and somebody waits, it takes another turn: nothing is wrong. */
async function rotatePatiently(
  tools: RenewalTools,
  entry: CachedConnection,
  options: RenewalOptions,
  ticket: Ticket,
): Promise<Renewed> {
  const key = tools.keyOf(entry.id);
  for (let turns = 1; ; turns++) {
    const { unsaved, seen } = entry;
    const result = await rotate(tools, key, { ...options, ticket, unsaved, unseen: !seen });
    const isOver = result.kind !== "busy" || entry.waiting === 0 || turns === mostBusyTurns;
    if (isOver) return apply(tools, entry, options, result);
  }
}

function apply(
  tools: RenewalTools,
  entry: CachedConnection,
  options: RenewalOptions,
  result: Rotated,
): Renewed {
  const { unsaved } = entry;
  if (result.kind === "unsaved" || result.kind === "unavailable" || result.kind === "busy") {
    return act(tools, entry, options, result);
  }
  entry.spendableUntilMs = 0;
  entry.unsaved = undefined;
  if (!unsaved?.rotated || result.kind !== "fresh") return act(tools, entry, options, result);
  tools.publish({ kind: "saved", connectionId: entry.id });
  const isSavedPair = result.snapshot.record.refreshToken === unsaved.record.refreshToken;
  return act(tools, entry, options, isSavedPair ? { ...result, rotated: false } : result);
}

/** Brings the cache up to date with the outcome, and tells the observer and the callers. */
function act(
  tools: RenewalTools,
  entry: CachedConnection,
  { isFresh }: RenewalOptions,
  result: Rotated,
): Renewed {
  const { publish, nowMs, cache } = tools;
  const { id } = entry;
  switch (result.kind) {
    case "fresh":
      cacheToken(entry, result.snapshot, nowMs());
      // The process that set the mark may be dead, and this may be the only one that knows about it.
      if (result.snapshot.spentAtMs !== undefined) {
        spendAgainLater(tools, entry, result.snapshot.spentAtMs);
      }
      if (result.rotated) publish({ kind: "rotated", connectionId: id });
      return result;
    case "unsaved":
      return keepUnsaved(tools, entry, isFresh, result.unsaved, result.error);
    case "missing":
      entry.token = undefined;
      if (cache.get(id) === entry) cache.delete(id);
      throw new ConnectionRevokedError("connection_missing", id);
    case "revoked":
      entry.token = undefined;
      if (result.error !== undefined) publish({ kind: "revoked", connectionId: id });
      throw new ConnectionRevokedError("connection_revoked", id, result.error);
    case "unknown":
      throw new RefreshOutcomeUnknownError(id, result.spentForMs);
    case "refused":
      throw result.error;
    case "busy":
      throw new TokenRefreshUnavailableError(id, result.error);
    case "unavailable":
      if (result.spent) spendAgainLater(tools, entry, nowMs());
      throw new TokenRefreshUnavailableError(id, result.error);
  }
}

/** Uses what could not be written, if it will do, and writes it in the background. */
function keepUnsaved(
  tools: RenewalTools,
  entry: CachedConnection,
  isFresh: RenewalOptions["isFresh"],
  unsaved: Unsaved,
  error: unknown,
): Renewed {
  const isNew = unsaved.rotated && entry.unsaved !== unsaved;
  if (isNew) tools.publish({ kind: "unsaved", connectionId: entry.id });
  entry.unsaved = unsaved;
  settleLater(tools, entry);
  const snapshot = snapshotOf(unsaved);
  const isUsable = isNew ? hasTimeLeft(tools, snapshot) : isFresh(snapshot);
  if (!isUsable) throw new TokenRefreshUnavailableError(entry.id, error);
  cacheToken(entry, snapshot, tools.nowMs());
  return { snapshot, rotated: isNew };
}

/** Whether the access token lasts long enough for a call. */
export function hasTimeLeft(
  { nowMs }: Pick<RenewalTools, "nowMs">,
  { accessEndsAtMs }: Snapshot,
): boolean {
  return accessEndsAtMs - nowMs() > leastLeftMs;
}

/** After a lost response the token is spent again in the background, without waiting for a caller. */
function spendAgainLater(tools: RenewalTools, entry: CachedConnection, spentAtMs: number): void {
  entry.spendableUntilMs = spentAtMs + tools.limits.graceMs;
  settleLater(tools, entry);
}

/** Keeps trying in the background until the store and this process agree. */
function settleLater(tools: RenewalTools, entry: CachedConnection): void {
  if (entry.settling) return;
  entry.settling = true;
  void settle(tools, entry).finally(() => {
    entry.settling = false;
  });
}

async function settle(tools: RenewalTools, entry: CachedConnection): Promise<void> {
  const { first, most } = settleEveryMs;
  const isFresh = ({ spentAtMs }: Snapshot): boolean => spentAtMs === undefined;
  for (let waitMs = first; ; waitMs = Math.min(waitMs * 2, most)) {
    await tools.sleep(waitMs);
    if (!entry.unsaved && tools.nowMs() >= entry.spendableUntilMs) return;
    await renew(tools, entry, { isFresh, urgency: "marked" }).catch(() => undefined);
  }
}
