/**
 * Spends a refresh token without ever losing the connection, whatever fails along the way.
 *
 * If a refresh token is used again more than a minute after its successor was issued, the server assumes
 * a leak and ends the connection. So, in its turn and under the store's lease for the connection:
 *
 * 1. Read the record in the same step that takes the lease. If another process has rotated, adopt its
 *    result. A process that has never seen the record reads it first, and may not need a lease at all.
 * 2. If this process knows a newer pair than the store, because a write failed or because the store has gone
 *    back, as after a failover, write that pair again: a pair that was issued is never given up for an older.
 * 3. Mark the record: the refresh token is being spent. A process that finds the mark without a newer pair
 *    knows that no response was stored, and since when.
 * 4. Spend the token. If the response is lost, spend it again, provided that ends within the grace minute
 *    since the first time. If another refresh is in progress, wait a moment. If the token is dead, mark the
 *    connection revoked, unless another process has rotated meanwhile.
 * 5. Write the new pair by compare-and-set under the lease's fence, before anyone uses it.
 *
 * A process that dies after step 3 leaves the mark: the next one spends again within the minute, and
 * later than that does not spend at all. A process that was suspended past its lease is stopped by the
 * fence. Two processes that were both issued a pair, because the store had forgotten the lease of one, cannot
 * tell which is newer: whoever notices within the minute spends again, which replaces both.
 *
 * Every duration is measured by the store's clock or by the process's own, never across two clocks that may
 * differ; and the process's own does not stand still while the machine is suspended (`clock.ts`).
 */

import type { Lease, StoredRecord } from "../stores/store.js";
import { type CatchUpOptions, catchUp } from "./catch-up.js";
import {
  type ConnectionRecord,
  isNewer,
  readSnapshot,
  type Snapshot,
} from "./connection-record.js";
import { graceLeft, leaseLeft, type RotationLimits } from "./limits.js";
import {
  markRevoked,
  markSpent,
  type Saved,
  save,
  type Unsaved,
  type WriteTools,
  withPair,
} from "./record-writes.js";
import type { RefreshQueue, Ticket, Turn } from "./refresh-queue.js";
import { type SpendTools, spendInTime } from "./spend.js";

export type Rotated =
  | Saved
  | { readonly kind: "unknown"; readonly record: ConnectionRecord; readonly spentForMs: number }
  /** Too many requests, or a slow store: nothing was spent, and another turn will do. */
  | { readonly kind: "busy"; readonly error: unknown }
  /** The client was refused. Nothing is lost, but only the right credentials will help. */
  | { readonly kind: "refused"; readonly error: unknown };

export interface RotationTools extends WriteTools, SpendTools {
  readonly queue: RefreshQueue;
  readonly limits: RotationLimits;
  /** How far the clock is ahead of the one that leases are measured by. */
  readonly suspendedMs: () => number;
  /** Unix time in milliseconds, for display only. */
  readonly dateMs: () => number;
  /** The client is being closed: what was spent is settled, and nothing else is spent any more. */
  readonly isClosing: () => boolean;
  /** The client was closed, and its time for what was open is over: nothing is sent any more. */
  readonly isStopped: () => boolean;
}

export interface RotateOptions extends CatchUpOptions {
  /** The place in the queue; a mark that is found moves it forward. */
  readonly ticket: Ticket;
  /**
   * The process has never seen the record, and it may not exist. It is then read first: a read leaves
   * nothing behind in the store, whereas a lease leaves its fence, even for made-up ids.
   */
  readonly unseen?: boolean | undefined;
  /** Spend the token even if it may be too late: the caller has nothing left to lose. */
  readonly force?: boolean | undefined;
  /** Called with a new pair before it is written. */
  readonly onIssued?: ((pair: Unsaved) => void) | undefined;
}

/** Ensures a fresh access token. Never rejects: errors of the store become `unavailable`. */
export async function rotate(
  tools: RotationTools,
  key: string,
  options: RotateOptions,
): Promise<Rotated> {
  try {
    const found = options.unseen ? await readFirst(tools, key, options) : undefined;
    return found ?? (await takeTurns(tools, key, options));
  } catch (error) {
    return { kind: "unavailable", error };
  }
}

/** Undefined if the record must be looked at under a lease. */
async function readFirst(
  { store, queue, nowMs }: RotationTools,
  key: string,
  { isFresh, ticket }: RotateOptions,
): Promise<Rotated | undefined> {
  const { stored, askedAtMs } = await queue.read(async () => {
    const askedAtMs = nowMs();
    return { stored: await store.read(key), askedAtMs };
  });
  if (!stored) return { kind: "missing" };
  const snapshot = readSnapshot(stored, askedAtMs);
  const { record, spentAtMs } = snapshot;
  if (record.status === "revoked") return { kind: "revoked", record, error: undefined };
  if (spentAtMs === undefined) {
    return isFresh(snapshot) ? { kind: "fresh", snapshot, rotated: false } : undefined;
  }
  // A mark must be settled under a lease, while its minute lasts.
  queue.promote(ticket, "marked");
  return undefined;
}

/** Waits for its turn, and within it for the lease; then goes to the end of the queue. */
async function takeTurns(
  tools: RotationTools,
  key: string,
  options: RotateOptions,
): Promise<Rotated> {
  const { queue, limits } = tools;
  for (let leftMs = limits.waitMs; leftMs > 0; leftMs -= limits.turnMs) {
    const turn = await queue.enter(options.ticket);
    try {
      const waitMs = Math.min(leftMs, limits.turnMs);
      const result = await rotateUnderLease(tools, key, { ...options, turn, waitMs });
      if (result) return result;
    } finally {
      turn.end();
    }
  }
  // The holder of the lease may die, and this may be the last process to ask.
  return {
    kind: "unavailable",
    error: new Error("another process is renewing the tokens"),
    spent: true,
  };
}

interface TurnOptions extends RotateOptions {
  readonly turn: Turn;
  /** Longest wait for the lease. */
  readonly waitMs: number;
}

/** Undefined if other processes held the lease all the time. */
async function rotateUnderLease(
  tools: RotationTools,
  key: string,
  options: TurnOptions,
): Promise<Rotated | undefined> {
  const { leaseMs } = tools.limits;
  const { waitMs, newest } = options;
  // The lease says when it was asked for on the clock that stands still in suspend.
  const suspendedMs = tools.suspendedMs();
  const enough = (stored: StoredRecord | undefined): boolean => {
    if (stored === undefined) return false;
    const snapshot = readSnapshot(stored, tools.nowMs());
    return options.isFresh(snapshot) && !(newest && isNewer(newest.record, snapshot.record));
  };
  // The failed write may still arrive at the store; only a newer lease is sure to keep it out.
  const wait = options.unsaved ? { leaseMs, waitMs } : { leaseMs, waitMs, enough };
  const result = await tools.store.withLease(key, wait, (lease) => {
    const askedAtMs = lease.askedAtMs + suspendedMs;
    return rotateRecord(tools, key, { ...lease, askedAtMs }, options);
  });
  if (result.kind === "worked") return result.result;
  if (result.kind !== "enough" || !result.record) return undefined;
  const snapshot = readSnapshot(result.record, tools.nowMs());
  return { kind: "fresh", snapshot, rotated: false };
}

async function rotateRecord(
  tools: RotationTools,
  key: string,
  lease: Lease,
  options: TurnOptions,
): Promise<Rotated> {
  const { isFresh, force, turn, onIssued } = options;
  const caughtUp = await catchUp(tools, key, lease, options);
  if (caughtUp.kind !== "caught_up") return caughtUp;
  const { snapshot, rival, restored } = caughtUp;
  const { spentAtMs } = snapshot;
  const asItIs: Rotated = { kind: "fresh", snapshot, rotated: false, restored };
  if (spentAtMs === undefined && isFresh(snapshot) && !rival) return asItIs;
  if (!force && spentAtMs !== undefined && graceLeft(tools, spentAtMs) <= 0) {
    return isFresh(snapshot) ? asItIs : tooLate(tools, snapshot.record, spentAtMs, lease);
  }
  if (spentAtMs === undefined && !rival && tools.isClosing()) {
    return { kind: "unavailable", error: new Error("the client is closed") };
  }
  // A mark is settled while there is time, even if the access token is good enough for now.
  const earlierAtMs = force ? undefined : earlier(spentAtMs, rival?.issued?.atMs);
  const result = await spend(tools, key, { lease, turn, snapshot, earlierAtMs, onIssued });
  if (result.kind === "fresh") return { ...result, restored };
  if (result.kind !== "unavailable" && result.kind !== "busy") return result;
  if (rival) return { kind: "unsaved", unsaved: rival, error: result.error };
  return isFresh(snapshot) ? asItIs : result;
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function tooLate(
  tools: RotationTools,
  record: ConnectionRecord,
  spentAtMs: number,
  lease: Lease,
): Rotated {
  const now = tools.nowMs();
  // The mark was still young when the store replied, but the reply was slow; a retry may be in time.
  const wasYoung = graceLeft(tools, now - (lease.record?.ageMs ?? 0)) > 0;
  if (wasYoung) return { kind: "unavailable", error: new Error("the store is slow"), spent: true };
  return { kind: "unknown", record, spentForMs: now - spentAtMs };
}

interface SpendOptions {
  readonly lease: Lease;
  readonly turn: Turn;
  readonly snapshot: Snapshot;
  /** When the token was first spent, if it was. */
  readonly earlierAtMs: number | undefined;
  readonly onIssued: RotateOptions["onIssued"];
}

async function spend(
  tools: RotationTools,
  key: string,
  { lease, turn, snapshot, earlierAtMs, onIssued }: SpendOptions,
): Promise<Rotated> {
  const marked = await markSpent(tools, key, lease, snapshot);
  if ("kind" in marked) return marked;
  const spentAtMs = earlierAtMs ?? tools.nowMs();
  const timeLeft = (): number =>
    tools.isStopped()
      ? 0
      : Math.min(leaseLeft(tools, lease.askedAtMs), graceLeft(tools, spentAtMs));
  const spent = await spendInTime(tools, turn, snapshot.record.refreshToken, timeLeft);
  if (spent.kind === "issued") {
    const record = withPair(marked.record, spent.pair, tools.dateMs());
    const accessEndsAtMs = spent.sentAtMs + spent.pair.accessLifetimeMs;
    const issued = { atMs: spent.sentAtMs, fence: lease.fence };
    const pair = { ...marked, record, accessEndsAtMs, issued };
    onIssued?.(pair);
    return await save(tools, key, pair, lease.fence);
  }
  if (spent.kind === "dead") return await markRevoked(tools, key, marked, lease.fence, spent.error);
  const { error } = spent;
  // Nobody has spent the token: the record is put back as it was.
  if (spent.kind !== "lost" && snapshot.spentAtMs === undefined) {
    const saved = await save(tools, key, marked, lease.fence);
    if (saved.kind === "unsaved") return saved;
    return { kind: spent.kind === "not_sent" ? "unavailable" : spent.kind, error };
  }
  return spent.kind === "refused"
    ? { kind: "refused", error }
    : { kind: "unavailable", error, spent: true };
}
