/** What a rotation writes to the store: the mark, the new pair, and that a connection is revoked. */

import type { Lease, RecordStore } from "../stores/store.js";
import {
  type ConnectionRecord,
  type Issued,
  isNewer,
  readSnapshot,
  type Snapshot,
  toText,
} from "./connection-record.js";
import type { TokenPair } from "./tokens.js";

/** A record that is in memory but not yet in the store. */
export interface Unsaved {
  readonly record: ConnectionRecord;
  /** Monotonic, so that the time until it is written counts too. */
  readonly accessEndsAtMs: number;
  /** For a new pair; without, it only removes a mark. */
  readonly issued: Issued | undefined;
  /** The mark that it replaces: the version of the marked record, and its `spentBy`. */
  readonly replaces: number;
  readonly spentBy: string | undefined;
}

/** The outcome of a write, and the first of all outcomes of a rotation. */
export type Saved =
  /** The store holds this record, written by us or, if better, by another process. */
  | {
      readonly kind: "fresh";
      readonly snapshot: Snapshot;
      readonly rotated: boolean;
      /** The store had gone back to an older pair, and was given the newer one again. */
      readonly restored?: boolean | undefined;
    }
  | { readonly kind: "unsaved"; readonly unsaved: Unsaved; readonly error: unknown }
  | { readonly kind: "missing" }
  | { readonly kind: "revoked"; readonly record: ConnectionRecord; readonly error: unknown }
  /** Try again later, but within the grace period if the token may have been spent. */
  | { readonly kind: "unavailable"; readonly error: unknown; readonly spent?: boolean };

export interface WriteTools {
  readonly store: RecordStore;
  readonly nowMs: () => number;
  /** A unique id. */
  readonly newId: () => string;
}

/** Whether the stored record is still the marked one under which the unsaved record was obtained. */
export function isReplacedBy({ version, record }: Snapshot, unsaved: Unsaved): boolean {
  return version === unsaved.replaces && record.spentBy === unsaved.spentBy;
}

/** The unsaved record, as if it had been read from the store. */
export function snapshotOf({ record, accessEndsAtMs, issued, replaces }: Unsaved): Snapshot {
  return { record, version: replaces + 1, accessEndsAtMs, spentAtMs: undefined, issued };
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
  const marked = { record: unmarked, accessEndsAtMs, replaces: version + 1, spentBy };
  const before: Unsaved = { ...marked, issued: undefined };
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
    generation: record.generation + 1,
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
  const { replaces, accessEndsAtMs, issued } = unsaved;
  try {
    const wroteAtMs = nowMs();
    const record = { ...unsaved.record, accessLeftMs: leftUntil(accessEndsAtMs, wroteAtMs) };
    const write = { ...toText(record), expectedVersion: replaces, fence, keepLease };
    const written = await store.compareAndSet(key, write);
    if (!written) return await afterRefusedWrite({ store, nowMs }, key, unsaved);
    const snapshot = {
      ...readSnapshot(written, wroteAtMs),
      issued: issued && { ...issued, fence },
    };
    return { kind: "fresh", snapshot, rotated: issued !== undefined };
  } catch (error) {
    return { kind: "unsaved", unsaved, error };
  }
}

/** Finds out why a write was refused. */
async function afterRefusedWrite(
  { store, nowMs }: Pick<WriteTools, "store" | "nowMs">,
  key: string,
  unsaved: Unsaved,
): Promise<Saved> {
  const { issued } = unsaved;
  const readAtMs = nowMs();
  const stored = await store.read(key);
  if (!stored && issued === undefined) return { kind: "missing" };
  if (!stored) return { kind: "unsaved", unsaved, error: new Error("the record is gone") };
  const snapshot = readSnapshot(stored, readAtMs);
  const { record } = snapshot;
  if (record.status === "revoked") return { kind: "revoked", record, error: undefined };
  if (isReplacedBy(snapshot, unsaved)) {
    return { kind: "unsaved", unsaved, error: new Error("a later lease was given") };
  }
  // An earlier write whose response was lost did succeed. Another process may have marked it since.
  if (record.refreshToken === unsaved.record.refreshToken) {
    return { kind: "fresh", snapshot: { ...snapshot, issued }, rotated: issued !== undefined };
  }
  if (issued && !isNewer(record, unsaved.record)) {
    return { kind: "unsaved", unsaved, error: new Error("the store holds another pair") };
  }
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
  const record = asRevoked(marked.record);
  const saved = await save(tools, key, { ...marked, record, accessEndsAtMs: 0 }, fence);
  if (saved.kind === "fresh" && saved.snapshot.record.status !== "revoked") return saved;
  if (saved.kind === "unavailable" || saved.kind === "missing") return saved;
  return { kind: "revoked", record, error };
}

/** The record without its tokens, which nobody can use any more. */
export function asRevoked(record: ConnectionRecord): ConnectionRecord {
  return {
    ...withoutMark(record),
    status: "revoked",
    accessToken: "",
    refreshToken: "",
    accessLeftMs: 0,
  };
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
