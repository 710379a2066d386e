/** What a rotation writes to the store: the mark, the new pair, and that a connection is revoked. */

import type { Lease, RecordStore } from "../stores/store.js";
import { type ConnectionRecord, readSnapshot, type Snapshot, toText } from "./connection-record.js";
import type { TokenPair } from "./tokens.js";

/** A record that is in memory but not yet in the store. */
export interface Unsaved {
  readonly record: ConnectionRecord;
  /** Monotonic, so that the time until it is written counts too. */
  readonly accessEndsAtMs: number;
  /** Whether it holds a new pair; otherwise it only removes a mark. */
  readonly rotated: boolean;
  /** The mark that it replaces: the version of the marked record, and its `spentBy`. */
  readonly replaces: number;
  readonly spentBy: string;
}

/** The outcome of a write, and the first of all outcomes of a rotation. */
export type Saved =
  /** The store holds this record, written by us or, if better, by another process. */
  | { readonly kind: "fresh"; readonly snapshot: Snapshot; readonly rotated: boolean }
  | { readonly kind: "unsaved"; readonly unsaved: Unsaved; readonly error: unknown }
  | { readonly kind: "missing" }
  | { readonly kind: "revoked"; readonly record: ConnectionRecord; readonly error: unknown }
  /** Nothing is lost. Try again later, but within the grace period if the token may have been spent. */
  | { readonly kind: "unavailable"; readonly error: unknown; readonly spent?: boolean };

export interface WriteTools {
  readonly store: RecordStore;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** A unique id. */
  readonly newId: () => string;
}

export const underRenewal = "another process is renewing the tokens";

/** Whether the stored record is still the marked one under which the unsaved record was obtained. */
export function isReplacedBy({ version, record }: Snapshot, unsaved: Unsaved): boolean {
  return version === unsaved.replaces && record.spentBy === unsaved.spentBy;
}

/** The unsaved record, as if it had been read from the store. */
export function snapshotOf({ record, accessEndsAtMs, replaces }: Unsaved): Snapshot {
  return { record, version: replaces + 1, accessEndsAtMs, spentAtMs: undefined };
}

/**
 * Marks the record: its refresh token is being spent. Returns what removes the mark.
 *
 * A process that finds a mark makes it its own, so that a suspended process cannot remove a mark under
 * which others have spent. The age is kept, because only it tells since when the token may have been spent.
 */
export async function markSpent(
  { store, newId, nowMs }: WriteTools,
  key: string,
  { fence }: Lease,
  { version, record, accessEndsAtMs, spentAtMs }: Snapshot,
): Promise<Unsaved | Saved> {
  const spentBy = newId();
  const keepAge = spentAtMs !== undefined;
  const accessLeftMs = keepAge ? record.accessLeftMs : leftUntil(accessEndsAtMs, nowMs());
  const unmarked = withoutMark({ ...record, accessLeftMs });
  const before = {
    record: unmarked,
    accessEndsAtMs,
    rotated: false,
    replaces: version + 1,
    spentBy,
  };
  const write = { ...toText({ ...unmarked, spentBy }), expectedVersion: version, fence };
  try {
    const written = await store.compareAndSet(key, { ...write, keepLease: true, keepAge });
    return written ? before : unavailable("the lease was lost before the refresh token was spent");
  } catch (error) {
    // The mark may have been written anyway. If nobody has spent under it, it must not stay.
    return keepAge
      ? { kind: "unavailable", error, spent: true }
      : { kind: "unsaved", unsaved: before, error };
  }
}

/** The record with a pair that was just issued. */
export function withPair(
  record: ConnectionRecord,
  { accessToken, refreshToken, accessLifetimeMs, refreshLifetimeMs, scopes }: TokenPair,
  dateMs: number,
): ConnectionRecord {
  return {
    ...withoutMark(record),
    accessToken,
    refreshToken,
    accessLeftMs: accessLifetimeMs,
    rotatedAtMs: dateMs,
    refreshExpiresAtMs: refreshLifetimeMs === undefined ? undefined : dateMs + refreshLifetimeMs,
    ...(scopes && { scopes }),
  };
}

/** Writes what the process has in memory, but never over a newer record, which is adopted instead. */
export async function save(
  { store, nowMs }: WriteTools,
  key: string,
  unsaved: Unsaved,
  fence: number,
  keepLease = false,
): Promise<Saved> {
  const { replaces, accessEndsAtMs, rotated } = unsaved;
  try {
    const wroteAtMs = nowMs();
    const record = { ...unsaved.record, accessLeftMs: leftUntil(accessEndsAtMs, wroteAtMs) };
    const write = { ...toText(record), expectedVersion: replaces, fence, keepLease };
    const written = await store.compareAndSet(key, write);
    if (written) return { kind: "fresh", snapshot: readSnapshot(written, wroteAtMs), rotated };
    const readAtMs = nowMs();
    const found = await store.read(key);
    if (!found) return { kind: "missing" };
    return afterRefusedWrite(readSnapshot(found, readAtMs), unsaved);
  } catch (error) {
    return { kind: "unsaved", unsaved, error };
  }
}

/** What the record found in the store says about a write that was refused. */
function afterRefusedWrite(snapshot: Snapshot, unsaved: Unsaved): Saved {
  const { record, spentAtMs } = snapshot;
  // An earlier write whose response was lost did succeed.
  if (record.refreshToken === unsaved.record.refreshToken && spentAtMs === undefined) {
    return { kind: "fresh", snapshot, rotated: unsaved.rotated };
  }
  if (isReplacedBy(snapshot, unsaved)) {
    return { kind: "unsaved", unsaved, error: new Error("a later lease was given") };
  }
  if (record.status === "revoked") return { kind: "revoked", record, error: undefined };
  if (spentAtMs !== undefined) return unavailable(underRenewal);
  return { kind: "fresh", snapshot, rotated: false };
}

/** The server says the token is dead. Unless another process has rotated, the connection is revoked. */
export async function markRevoked(
  tools: WriteTools,
  key: string,
  marked: Unsaved,
  fence: number,
  error: unknown,
): Promise<Saved> {
  const record: ConnectionRecord = {
    ...marked.record,
    status: "revoked",
    accessToken: "",
    refreshToken: "",
    accessLeftMs: 0,
  };
  const saved = await save(tools, key, { ...marked, record, accessEndsAtMs: 0 }, fence);
  if (saved.kind === "fresh" && saved.snapshot.record.status !== "revoked") return saved;
  if (saved.kind === "unavailable" || saved.kind === "missing") return saved;
  return { kind: "revoked", record, error };
}

function withoutMark({ spentBy: _, ...record }: ConnectionRecord): ConnectionRecord {
  return record;
}

function leftUntil(endsAtMs: number, nowMs: number): number {
  return Math.max(0, Math.floor(endsAtMs - nowMs));
}

function unavailable(message: string): Saved {
  return { kind: "unavailable", error: new Error(message) };
}
