/**
 * Everything about one key as plain data, with each operation on it as a pure function.
 *
 * The memory and file stores run these; the Redis scripts and Postgres statements implement the same in
 * their own language.
 */

import type { Acquired, Attempt } from "./backend.js";
import type { StoredRecord, Write } from "./store.js";

/** `value` is undefined if there is no record. Version and fence remain, so that both keep growing. */
export interface RecordState {
  readonly value: string | undefined;
  readonly version: number;
  readonly expiresAtMs: number | undefined;
  readonly writtenAtMs: number;
  readonly fence: number;
  /** Unix time in milliseconds; 0 when no lease is held. */
  readonly leasedUntilMs: number;
  readonly leaseMs: number;
}

export const emptyRecordState: RecordState = {
  value: undefined,
  version: 0,
  expiresAtMs: undefined,
  writtenAtMs: 0,
  fence: 0,
  leasedUntilMs: 0,
  leaseMs: 0,
};

export function recordOf(state: RecordState | undefined, nowMs: number): StoredRecord | undefined {
  if (state?.value === undefined) return undefined;
  const { value, version, expiresAtMs, writtenAtMs } = state;
  return { value, version, expiresAtMs, ageMs: Math.max(0, nowMs - writtenAtMs) };
}

/** The state afterwards, or undefined if nothing changed. */
export interface Change<State, Result> {
  readonly state: State | undefined;
  readonly result: Result;
}

export function acquire(
  state: RecordState,
  { leaseMs, seenVersion }: Omit<Attempt, "token">,
  nowMs: number,
): Change<RecordState, Acquired> {
  const record = recordOf(state, nowMs);
  const remainingMs = state.leasedUntilMs - nowMs;
  // More time left than the lease was given for means that the clock was set back: its age is unknown.
  if (remainingMs > 0 && remainingMs <= state.leaseMs) {
    return { state: undefined, result: { kind: "held", record, remainingMs } };
  }
  if (seenVersion !== undefined && seenVersion !== (record?.version ?? 0)) {
    return { state: undefined, result: { kind: "changed", record } };
  }
  const fence = state.fence + 1;
  return {
    state: { ...state, fence, leasedUntilMs: nowMs + leaseMs, leaseMs },
    result: { kind: "taken", fence, record },
  };
}

export function giveBack(state: RecordState, fence: number): Change<RecordState, boolean> {
  if (state.fence !== fence || state.leasedUntilMs === 0)
    return { state: undefined, result: false };
  return { state: { ...state, leasedUntilMs: 0 }, result: true };
}

export function write(
  state: RecordState,
  { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }: Write,
  nowMs: number,
): Change<RecordState, StoredRecord | undefined> {
  const present = state.value === undefined ? 0 : state.version;
  if (present !== expectedVersion || (fence !== undefined && fence < state.fence)) {
    return { state: undefined, result: undefined };
  }
  const version = state.version + 1;
  const writtenAtMs = keepAge && present > 0 ? state.writtenAtMs : nowMs;
  const ended = fence !== undefined && !keepLease ? { fence, leasedUntilMs: 0 } : {};
  const next = { ...state, value, version, expiresAtMs, writtenAtMs, ...ended };
  return { state: next, result: recordOf(next, nowMs) };
}

export function remove(state: RecordState): Change<RecordState, boolean> {
  if (state.value === undefined) return { state: undefined, result: false };
  return { state: { ...state, value: undefined, expiresAtMs: undefined }, result: true };
}
