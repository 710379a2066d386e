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
import { isNewer, readSnapshot, type Snapshot } from "./connection-record.js";
import { snapshotOf, type Unsaved } from "./record-writes.js";
import type { Ticket, Urgency } from "./refresh-queue.js";
import { type Rotated, type RotateOptions, type RotationTools, rotate } from "./rotation.js";
import type { Timers } from "./timers.js";

export interface RenewalTools extends RotationTools {
  readonly cache: ConnectionCache;
  readonly keyOf: (id: string) => string;
  readonly publish: (event: ConnectionEvent) => void;
  readonly sleep: Timers["sleep"];
}

/** What a caller asks of the record. */
export interface RenewalOptions extends Pick<RotateOptions, "isFresh" | "force"> {
  /** A renewal that is under way moves forward if need be. */
  readonly urgency: Urgency;
  /** What the customer has just consented to, in place of what is stored. */
  readonly consented?: Unsaved | undefined;
}

/** An endpoint that refuses this many turns in a row, each with several requests, is not just busy. */
const mostBusyTurns = 5;
/** Twice, because a store that fails over is away for a while. */
const confirmAfterMs = [20_000, 15_000] as const;
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
    entry.issued = undefined;
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
  const onIssued = (pair: Unsaved): void => {
    entry.issued = pair;
  };
  entry.issued = options.consented;
  for (let turns = 1; ; turns++) {
    const result = await rotate(tools, key, {
      ...options,
      ...knownTo(entry, options),
      ...{ ticket, onIssued },
    });
    const isOver = result.kind !== "busy" || entry.waiting === 0 || turns === mostBusyTurns;
    if (isOver) return apply(tools, entry, options, result);
  }
}

function knownTo({ unsaved, newest, seen }: CachedConnection, { consented }: RenewalOptions) {
  if (consented) return { unsaved: consented, consent: true };
  return { unsaved, newest, unseen: !seen && !unsaved };
}

function apply(
  tools: RenewalTools,
  entry: CachedConnection,
  options: RenewalOptions,
  result: Rotated,
): Renewed {
  const { id, unsaved } = entry;
  const isOpen = result.kind === "unavailable" || result.kind === "busy";
  if (isOpen || result.kind === "unsaved") return act(tools, entry, options, result);
  entry.spendableUntilMs = 0;
  entry.unsaved = undefined;
  if (result.kind !== "fresh") return act(tools, entry, options, result);
  if (result.restored) tools.publish({ kind: "restored", connectionId: id });
  if (!unsaved?.issued) return act(tools, entry, options, result);
  tools.publish({ kind: "saved", connectionId: id });
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
      if (result.rotated) {
        publish({ kind: "rotated", connectionId: id });
        void confirm(tools, entry, result.snapshot);
      }
      return result;
    case "unsaved":
      return keepUnsaved(tools, entry, isFresh, result.unsaved, result.error);
    case "missing":
      entry.token = undefined;
      if (cache.get(id) === entry) cache.delete(id);
      throw new ConnectionRevokedError("connection_missing", id);
    case "revoked":
      entry.token = undefined;
      entry.newest = undefined;
      if (result.error !== undefined) publish({ kind: "revoked", connectionId: id });
      throw new ConnectionRevokedError("connection_revoked", id, result.error);
    case "unknown":
      throw new RefreshOutcomeUnknownError(id, result.spentForMs);
    case "refused":
      throw result.error;
    case "busy":
      throw new TokenRefreshUnavailableError(id, result.error, "not_done");
    case "unavailable":
      if (result.spent) spendAgainLater(tools, entry, nowMs());
      throw new TokenRefreshUnavailableError(
        id,
        result.error,
        result.spent ? "unknown" : "not_done",
      );
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
  const { refreshToken } = unsaved.record;
  const isNew = unsaved.issued && entry.unsaved?.record.refreshToken !== refreshToken;
  if (isNew) tools.publish({ kind: "unsaved", connectionId: entry.id });
  entry.unsaved = unsaved;
  entry.unsavedBecause = error;
  settleLater(tools, entry);
  const snapshot = snapshotOf(unsaved);
  const isUsable = isNew ? hasTimeLeft(tools, snapshot) : isFresh(snapshot);
  if (!isUsable) throw new TokenRefreshUnavailableError(entry.id, error, "not_done");
  cacheToken(entry, snapshot, tools.nowMs());
  return { snapshot, rotated: isNew === true };
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

/** Keeps what could not be written, and writes it in the background. */
export function keepConsented(
  tools: RenewalTools,
  entry: CachedConnection,
  consented: Unsaved,
  error: unknown,
): void {
  tools.publish({ kind: "unsaved", connectionId: entry.id });
  Object.assign(entry, { unsaved: consented, unsavedBecause: error });
  cacheToken(entry, snapshotOf(consented), tools.nowMs());
  settleLater(tools, entry);
}

/** Keeps trying in the background until the store and this process agree. */
export function settleLater(tools: RenewalTools, entry: CachedConnection): void {
  entry.settling ??= settle(tools, entry).finally(() => {
    entry.settling = undefined;
  });
}

async function settle(tools: RenewalTools, entry: CachedConnection): Promise<void> {
  const { first, most } = settleEveryMs;
  const isFresh = ({ spentAtMs }: Snapshot): boolean => spentAtMs === undefined;
  for (let waitMs = first; ; waitMs = Math.min(waitMs * 2, most)) {
    await tools.sleep(waitMs);
    const isSettled = !entry.unsaved && tools.nowMs() >= entry.spendableUntilMs;
    if (isSettled || tools.isStopped()) return;
    await renew(tools, entry, { isFresh, urgency: "marked" }).catch(() => undefined);
  }
}

/**
 * Looks whether the store still has a pair that it has confirmed: a failover may have lost it, and a process
 * that does not know the pair would spend the one before. Its minute must not be over by then.
 */
async function confirm(
  tools: RenewalTools,
  entry: CachedConnection,
  { record }: Snapshot,
): Promise<void> {
  for (const waitMs of confirmAfterMs) {
    await tools.sleep(waitMs * (0.75 + tools.random() / 2), { unref: true });
    if (tools.isStopped() || entry.newest?.record.refreshToken !== record.refreshToken) return;
    try {
      const stored = await tools.store.read(tools.keyOf(entry.id));
      if (stored && !isNewer(record, readSnapshot(stored, tools.nowMs()).record)) return;
      const isFresh = (snapshot: Snapshot): boolean => hasTimeLeft(tools, snapshot);
      await renew(tools, entry, { isFresh, urgency: "marked" });
      return;
    } catch {}
  }
}
