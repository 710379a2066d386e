/**
 * Spends a refresh token without ever losing the connection, whatever fails along the way.
 *
 * If a refresh token is used again more than a minute after its successor was issued, the server assumes
 * a leak and ends the connection. So, under the store's lease for the connection:
 *
 * 1. Read the record in the same step that takes the lease. If another process has rotated, adopt its
 *    result. A process that has never seen the record reads it first, and may not need a lease at all.
 * 2. Mark the record: the refresh token is being spent. A process that finds the mark without a newer pair
 *    knows that no response was stored, and since when.
 * 3. Spend the token. If the response is lost, spend it again, provided that ends within the grace minute
 *    since the first time. If another refresh is in progress, wait a moment. If the token is dead, mark the
 *    connection revoked, unless another process has rotated meanwhile.
 * 4. Write the new pair by compare-and-set under the lease's fence, before anyone uses it.
 *
 * A process that dies after step 2 leaves the mark: the next one spends again within the minute, and
 * later than that does not spend at all. A process that was suspended past its lease is stopped by the
 * fence. Every duration is measured by the store's clock or by one monotonic clock, never across two clocks
 * that may differ.
 */

import type { Lease, RecordStore, StoredRecord } from "../stores/store.js";
import { type ConnectionRecord, type HeldRecord, readRecord, toText } from "./connection-record.js";
import { type Refresh, spendInTime } from "./spend.js";
import type { TokenPair } from "./tokens.js";

/** A record that is in memory but not yet in the store. */
export interface Unsaved {
  readonly record: ConnectionRecord;
  /** Monotonic, so that the time until it is written counts too. */
  readonly accessEndsAtMs: number;
  /** Whether it holds a new pair; otherwise it only removes a mark. */
  readonly rotated: boolean;
  /** The mark that it replaces: the version and spender of the marked record. */
  readonly replaces: number;
  readonly spender: string;
}

export type Rotated =
  | { readonly kind: "fresh"; readonly held: HeldRecord; readonly rotated: boolean }
  | { readonly kind: "unsaved"; readonly unsaved: Unsaved; readonly error: unknown }
  | { readonly kind: "missing" }
  | { readonly kind: "revoked"; readonly record: ConnectionRecord; readonly error: unknown }
  | { readonly kind: "unknown"; readonly record: ConnectionRecord; readonly spentForMs: number }
  /** The client was refused. Nothing is lost, but only the right credentials will help. */
  | { readonly kind: "refused"; readonly error: unknown }
  /** Nothing is lost. Try again later, but within the grace period if the token may have been spent. */
  | { readonly kind: "unavailable"; readonly error: unknown; readonly spent?: boolean };

export interface RotationLimits {
  /** How long the server accepts a refresh token after its successor was issued. */
  readonly graceMs: number;
  /** Safety margin at the end of the grace period. */
  readonly marginMs: number;
  /** Timeout of one request to the token endpoint. */
  readonly requestMs: number;
  readonly leaseMs: number;
  /** Longest wait for the lease. */
  readonly waitMs: number;
  /** Wait before the token is spent again; doubles each time. */
  readonly againMs: number;
}

/** A crash is noticed within one lease, and a second attempt still ends well within the grace minute. */
export const rotationLimits: RotationLimits = {
  graceMs: 60_000,
  marginMs: 5000,
  requestMs: 8000,
  leaseMs: 15_000,
  waitMs: 30_000,
  againMs: 1000,
};

export interface RotationTools {
  readonly store: RecordStore;
  readonly refresh: Refresh;
  readonly limits: RotationLimits;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Unix time in milliseconds, for display only. */
  readonly dateMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A unique id. */
  readonly newId: () => string;
}

export interface RotateOptions {
  /** Whether the record is good enough as it is. */
  readonly enough: (held: HeldRecord) => boolean;
  /** What an earlier rotation in this process could not write. */
  readonly unsaved?: Unsaved | undefined;
  /**
   * The process has never seen the record, and it may not exist. It is then read first: a read leaves
   * nothing behind in the store, whereas a lease leaves its fence, even for made-up ids.
   */
  readonly unseen?: boolean | undefined;
  /** Spend the token even if it may be too late: the caller has nothing left to lose. */
  readonly force?: boolean | undefined;
}

/** Ensures a fresh access token. Never rejects: errors of the store become `unavailable`. */
export async function rotate(
  tools: RotationTools,
  key: string,
  options: RotateOptions,
): Promise<Rotated> {
  const { leaseMs, waitMs } = tools.limits;
  const enough = (stored: StoredRecord | undefined): boolean =>
    stored !== undefined && options.enough(readRecord(stored, tools.nowMs()));
  // The failed write may still arrive at the store; only a newer lease is sure to keep it out.
  const wait = options.unsaved ? { leaseMs, waitMs } : { leaseMs, waitMs, enough };
  try {
    if (options.unseen) {
      const askedAtMs = tools.nowMs();
      const stored = await tools.store.read(key);
      if (!stored) return { kind: "missing" };
      const held = readRecord(stored, askedAtMs);
      // A mark must be settled under a lease.
      if (held.spentAtMs === undefined && options.enough(held)) {
        return { kind: "fresh", held, rotated: false };
      }
    }
    const result = await tools.store.withLease(key, wait, (lease) =>
      underLease(tools, key, lease, options),
    );
    if (result.kind === "worked") return result.result;
    if (result.kind === "enough" && result.record) {
      return { kind: "fresh", held: readRecord(result.record, tools.nowMs()), rotated: false };
    }
    // The holder of the lease may die, and this may be the last process to ask.
    return { kind: "unavailable", error: new Error(underRenewal), spent: true };
  } catch (error) {
    return { kind: "unavailable", error };
  }
}

const underRenewal = "another process is renewing the tokens";

async function underLease(
  tools: RotationTools,
  key: string,
  lease: Lease,
  { enough, unsaved, force }: RotateOptions,
): Promise<Rotated> {
  if (!lease.record) return { kind: "missing" };
  let held = readRecord(lease.record, lease.askedAtMs);
  if (held.record.status === "revoked") {
    return { kind: "revoked", record: held.record, error: undefined };
  }
  if (unsaved && isReplacedBy(held, unsaved)) {
    const keepLease = !enough(heldOf(unsaved));
    const saved = await save(tools, key, unsaved, lease.fence, keepLease);
    if (saved.kind !== "fresh" || enough(saved.held)) return saved;
    held = saved.held;
  }
  const { record, spentAtMs } = held;
  const fresh: Rotated = { kind: "fresh", held, rotated: false };
  if (spentAtMs === undefined && enough(held)) return fresh;
  if (!force && spentAtMs !== undefined && graceLeft(tools, spentAtMs) <= 0) {
    if (enough(held)) return fresh;
    const now = tools.nowMs();
    // The mark was still young when the store replied, but the reply was slow; a retry may be in time.
    const wasYoung = graceLeft(tools, now - lease.record.ageMs) > 0;
    if (wasYoung)
      return { kind: "unavailable", error: new Error("the store is slow"), spent: true };
    return { kind: "unknown", record, spentForMs: now - spentAtMs };
  }
  // A mark is settled while there is time, even if the access token is good enough for now.
  const result = await spend(tools, key, lease, held, force ? undefined : spentAtMs);
  return result.kind === "unavailable" && enough(held) ? fresh : result;
}

/** Whether the stored record is still the marked one under which the unsaved record was obtained. */
function isReplacedBy({ version, record }: HeldRecord, unsaved: Unsaved): boolean {
  return version === unsaved.replaces && record.spender === unsaved.spender;
}

/** The unsaved record, as if it had been read from the store. */
export function heldOf({ record, accessEndsAtMs, replaces }: Unsaved): HeldRecord {
  return { record, version: replaces + 1, accessEndsAtMs, spentAtMs: undefined };
}

/** How long a request may still be started and end within the grace period. */
function graceLeft({ limits, nowMs }: RotationTools, spentAtMs: number): number {
  const { graceMs, marginMs, requestMs } = limits;
  return spentAtMs + graceMs - marginMs - requestMs - nowMs();
}

/** How long a request may still be started and end within the lease. */
function leaseLeft({ limits, nowMs }: RotationTools, { askedAtMs }: Lease): number {
  return askedAtMs + limits.leaseMs - limits.requestMs - nowMs();
}

async function spend(
  tools: RotationTools,
  key: string,
  lease: Lease,
  held: HeldRecord,
  earlierAtMs: number | undefined,
): Promise<Rotated> {
  const marking = await mark(tools, key, lease, held);
  if ("kind" in marking) return marking;
  const spentAtMs = earlierAtMs ?? tools.nowMs();
  const timeLeft = (): number => Math.min(leaseLeft(tools, lease), graceLeft(tools, spentAtMs));
  const spent = await spendInTime(tools, held.record.refreshToken, timeLeft);
  if (spent.kind === "issued") {
    const record = renewed(tools, marking.record, spent.pair);
    const accessEndsAtMs = spent.sentAtMs + spent.pair.accessLifetimeMs;
    return await save(
      tools,
      key,
      { ...marking, record, accessEndsAtMs, rotated: true },
      lease.fence,
    );
  }
  if (spent.kind === "dead") return await bury(tools, key, marking, lease.fence, spent.error);
  const { error } = spent;
  // Nobody has spent the token: the record is put back as it was.
  if (spent.kind !== "lost" && held.spentAtMs === undefined) {
    const saved = await save(tools, key, marking, lease.fence);
    if (saved.kind === "unsaved") return saved;
    return { kind: spent.kind === "refused" ? "refused" : "unavailable", error };
  }
  return spent.kind === "refused"
    ? { kind: "refused", error }
    : { kind: "unavailable", error, spent: true };
}

/**
 * Marks the record, and returns what restores it. A process that finds a mark makes it its own, so that a
 * suspended process cannot remove a mark under which others have spent. The age is kept, because only it
 * tells since when the token may have been spent.
 */
async function mark(
  { store, newId, nowMs }: RotationTools,
  key: string,
  { fence }: Lease,
  held: HeldRecord,
): Promise<Unsaved | Rotated> {
  const { version, accessEndsAtMs } = held;
  const spender = newId();
  const keepAge = held.spentAtMs !== undefined;
  const accessLeftMs = keepAge ? held.record.accessLeftMs : leftUntil(accessEndsAtMs, nowMs());
  const record = { ...held.record, accessLeftMs };
  const marked = { accessEndsAtMs, replaces: version + 1, spender };
  const before = { ...marked, record: unmarked(record), rotated: false };
  const write = { ...toText({ ...record, spender }), expectedVersion: version, fence };
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

function leftUntil(endsAtMs: number, nowMs: number): number {
  return Math.max(0, Math.floor(endsAtMs - nowMs));
}

function unmarked({ spender: _, ...record }: ConnectionRecord): ConnectionRecord {
  return record;
}

function renewed(
  { dateMs }: RotationTools,
  record: ConnectionRecord,
  pair: TokenPair,
): ConnectionRecord {
  const now = dateMs();
  const { accessToken, refreshToken, accessLifetimeMs, refreshLifetimeMs, scopes } = pair;
  return {
    ...unmarked(record),
    accessToken,
    refreshToken,
    accessLeftMs: accessLifetimeMs,
    rotatedAtMs: now,
    refreshExpiresAtMs: refreshLifetimeMs === undefined ? undefined : now + refreshLifetimeMs,
    ...(scopes && { scopes }),
  };
}

/** Writes what the process holds, but never over a newer record, which is adopted instead. */
async function save(
  { store, nowMs }: RotationTools,
  key: string,
  unsaved: Unsaved,
  fence: number,
  keepLease = false,
): Promise<Rotated> {
  const { replaces, accessEndsAtMs, rotated } = unsaved;
  try {
    const wroteAtMs = nowMs();
    const record = { ...unsaved.record, accessLeftMs: leftUntil(accessEndsAtMs, wroteAtMs) };
    const write = { ...toText(record), expectedVersion: replaces, fence, keepLease };
    const written = await store.compareAndSet(key, write);
    if (written) return { kind: "fresh", held: readRecord(written, wroteAtMs), rotated };
    const readAtMs = nowMs();
    const found = await store.read(key);
    if (!found) return { kind: "missing" };
    const held = readRecord(found, readAtMs);
    // An earlier write whose response was lost did succeed.
    if (held.record.refreshToken === record.refreshToken && held.spentAtMs === undefined) {
      return { kind: "fresh", held, rotated };
    }
    if (isReplacedBy(held, unsaved)) {
      return { kind: "unsaved", unsaved, error: new Error("a later lease was given") };
    }
    if (held.record.status === "revoked") {
      return { kind: "revoked", record: held.record, error: undefined };
    }
    return held.spentAtMs === undefined
      ? { kind: "fresh", held, rotated: false }
      : unavailable(underRenewal);
  } catch (error) {
    return { kind: "unsaved", unsaved, error };
  }
}

/** The server says the token is dead. Unless another process has rotated, the connection is revoked. */
async function bury(
  tools: RotationTools,
  key: string,
  before: Unsaved,
  fence: number,
  error: unknown,
): Promise<Rotated> {
  const record: ConnectionRecord = {
    ...before.record,
    status: "revoked",
    accessToken: "",
    refreshToken: "",
    accessLeftMs: 0,
  };
  const saved = await save(tools, key, { ...before, record, accessEndsAtMs: 0 }, fence);
  if (saved.kind === "fresh" && saved.held.record.status !== "revoked") return saved;
  if (saved.kind === "unavailable" || saved.kind === "missing") return saved;
  return { kind: "revoked", record, error };
}

function unavailable(message: string): Rotated {
  return { kind: "unavailable", error: new Error(message) };
}
