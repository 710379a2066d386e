/**
 * Everything about one key as plain data, with each operation on it as a pure function.
 *
 * The memory and file stores run these; the Redis scripts and Postgres statements implement the same in
 * their own language.
 */

import type { Acquired, Attempt } from "./backend.js";
import type { StoredRecord, Write } from "./store.js";

/** `value` is undefined if there is no record. Version and fence remain, so that both keep growing. */
export interface RecordCell {
  readonly value: string | undefined;
  readonly version: number;
  readonly expiresAtMs: number | undefined;
  readonly writtenAtMs: number;
  readonly fence: number;
  /** Unix time in milliseconds; 0 when no lease is held. */
  readonly leasedUntilMs: number;
  readonly leaseMs: number;
}

export const emptyRecordCell: RecordCell = {
  value: undefined,
  version: 0,
  expiresAtMs: undefined,
  writtenAtMs: 0,
  fence: 0,
  leasedUntilMs: 0,
  leaseMs: 0,
};

export function recordOf(cell: RecordCell | undefined, nowMs: number): StoredRecord | undefined {
  if (cell?.value === undefined) return undefined;
  const { value, version, expiresAtMs, writtenAtMs } = cell;
  return { value, version, expiresAtMs, ageMs: Math.max(0, nowMs - writtenAtMs) };
}

/** The cell afterwards, or undefined if nothing changed. */
export interface Step<Cell, Result> {
  readonly cell: Cell | undefined;
  readonly result: Result;
}

export function acquire(
  cell: RecordCell,
  { leaseMs, seenVersion }: Omit<Attempt, "token">,
  nowMs: number,
): Step<RecordCell, Acquired> {
  const record = recordOf(cell, nowMs);
  const remainingMs = cell.leasedUntilMs - nowMs;
  // More time left than the lease was given for means that the clock was set back: its age is unknown.
  if (remainingMs > 0 && remainingMs <= cell.leaseMs) {
    return { cell: undefined, result: { kind: "held", record, remainingMs } };
  }
  if (seenVersion !== undefined && seenVersion !== (record?.version ?? 0)) {
    return { cell: undefined, result: { kind: "changed", record } };
  }
  const fence = cell.fence + 1;
  return {
    cell: { ...cell, fence, leasedUntilMs: nowMs + leaseMs, leaseMs },
    result: { kind: "taken", fence, record },
  };
}

export function giveBack(cell: RecordCell, fence: number): Step<RecordCell, boolean> {
  if (cell.fence !== fence || cell.leasedUntilMs === 0) return { cell: undefined, result: false };
  return { cell: { ...cell, leasedUntilMs: 0 }, result: true };
}

export function write(
  cell: RecordCell,
  { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }: Write,
  nowMs: number,
): Step<RecordCell, StoredRecord | undefined> {
  const present = cell.value === undefined ? 0 : cell.version;
  if (present !== expectedVersion || (fence !== undefined && fence < cell.fence)) {
    return { cell: undefined, result: undefined };
  }
  const version = cell.version + 1;
  const writtenAtMs = keepAge && present > 0 ? cell.writtenAtMs : nowMs;
  const ended = fence !== undefined && !keepLease ? { fence, leasedUntilMs: 0 } : {};
  const next = { ...cell, value, version, expiresAtMs, writtenAtMs, ...ended };
  return { cell: next, result: recordOf(next, nowMs) };
}

export function remove(cell: RecordCell): Step<RecordCell, boolean> {
  if (cell.value === undefined) return { cell: undefined, result: false };
  return { cell: { ...cell, value: undefined, expiresAtMs: undefined }, result: true };
}
