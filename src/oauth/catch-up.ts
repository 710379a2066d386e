/**
 * Brings the store up to what this process knows, and the process up to what the store knows.
 *
 * A store can be behind: a write failed, or a failover has lost the last ones. Whoever knows a newer pair
 * writes it again. If the store holds another pair of the same age as the one that this process was issued,
 * both were obtained with the same token, and nobody can tell which is newer. Each works for at least a
 * minute after the other was issued: spent within that time, either gives a pair that replaces both.
 */

import type { Lease } from "../stores/store.js";
import {
  type ConnectionRecord,
  isNewer,
  readSnapshot,
  type Snapshot,
} from "./connection-record.js";
import { graceLeft, type Timing } from "./limits.js";
import {
  isReplacedBy,
  type Saved,
  save,
  snapshotOf,
  type Unsaved,
  type WriteTools,
} from "./record-writes.js";

export interface CatchUpOptions {
  readonly isFresh: (snapshot: Snapshot) => boolean;
  /** What an earlier rotation in this process could not write. */
  readonly unsaved?: Unsaved | undefined;
  /** The newest pair that this process has seen. */
  readonly newest?: Snapshot | undefined;
  /** What is unsaved was consented to just now, and replaces whatever is stored. */
  readonly consent?: boolean | undefined;
}

export type CaughtUp =
  | Saved
  | {
      readonly kind: "caught_up";
      readonly snapshot: Snapshot;
      /** Our pair, if it is as old as the stored one, and spending is still safe. */
      readonly rival?: Unsaved | undefined;
      readonly restored?: boolean | undefined;
    };

export async function catchUp(
  tools: WriteTools & Timing,
  key: string,
  lease: Lease,
  options: CatchUpOptions,
): Promise<CaughtUp> {
  const { unsaved, newest, consent } = options;
  const found = lease.record && readSnapshot(lease.record, lease.askedAtMs);
  const known = unsaved?.issued ? unsaved : knownPair(newest);
  const ours = consent && known && found ? laterThan(known, found.record) : known;
  if (!found) {
    if (!ours || !isForgotten(ours, lease)) return { kind: "missing" };
    return await write(tools, key, lease, { ...ours, replaces: 0 }, options);
  }
  const isLater = ours && isLaterConsent(ours.record, found.record);
  if (found.record.status === "revoked" && !isLater) {
    return { kind: "revoked", record: found.record, error: undefined };
  }
  const isOurMark = unsaved && isReplacedBy(found, unsaved);
  if (ours && isNewer(ours.record, found.record)) {
    const isSpentByOthers = found.spentAtMs !== undefined && !isOurMark && !isLater;
    if (isSpentByOthers) return { kind: "caught_up", snapshot: inPlaceOf(found, ours) };
    return await write(tools, key, lease, { ...ours, replaces: found.version }, options);
  }
  // Nobody has spent under the mark that this process could not remove.
  if (isOurMark) return await write(tools, key, lease, unsaved, options);
  const rival = ours && isRival(tools, ours, found.record) ? ours : undefined;
  return { kind: "caught_up", snapshot: found, rival };
}

async function write(
  tools: WriteTools,
  key: string,
  { fence }: Lease,
  ours: Unsaved,
  { isFresh, unsaved }: CatchUpOptions,
): Promise<CaughtUp> {
  const saved = await save(tools, key, ours, fence, !isFresh(snapshotOf(ours)));
  if (saved.kind !== "fresh") return saved;
  return { kind: "caught_up", snapshot: saved.snapshot, restored: unsaved === undefined };
}

/** What this process knows, unless somebody may have spent it since. */
function knownPair(newest: Snapshot | undefined): Unsaved | undefined {
  if (!newest || newest.spentAtMs !== undefined) return undefined;
  const { record, accessEndsAtMs, issued, version: replaces } = newest;
  return { record, accessEndsAtMs, issued, replaces, spentBy: undefined };
}

/**
 * A store that knows nothing of the record, or gives fences anew, has lost it. Otherwise it was told to delete
 * it.
 */
function isForgotten({ issued }: Unsaved, { fence, hadRecord }: Lease): boolean {
  return issued !== undefined && (!hadRecord || fence <= issued.fence);
}

/** The clock of the machine that an earlier consent was given on may have been ahead. */
function laterThan(ours: Unsaved, { connectedAtMs }: ConnectionRecord): Unsaved {
  const { record } = ours;
  const later = Math.max(record.connectedAtMs, connectedAtMs + 1);
  return { ...ours, record: { ...record, connectedAtMs: later } };
}

function isLaterConsent(one: ConnectionRecord, other: ConnectionRecord): boolean {
  return one.connectedAtMs > other.connectedAtMs;
}

/** Somebody spends an older token: ours is spent instead, within the same minute. */
function inPlaceOf(found: Snapshot, { record, accessEndsAtMs, issued }: Unsaved): Snapshot {
  const marked = { ...record, spentBy: found.record.spentBy };
  return { ...found, record: marked, accessEndsAtMs, issued };
}

function isRival(timing: Timing, { record, issued }: Unsaved, found: ConnectionRecord): boolean {
  const isSame = record.refreshToken === found.refreshToken;
  if (isSame || !issued || isNewer(found, record)) return false;
  return graceLeft(timing, issued.atMs) > 0;
}
