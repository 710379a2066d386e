/**
 * Everything about one key as plain data, with each operation on it as a pure function.
 *
 * The memory and file stores run these; the Redis scripts and Postgres statements implement the same in
 * their own language.
 */

import type { Acquired, Attempt } from "./backend.js";
import type { StoredRecord, Write } from "./store.js";

/** A moment by two clocks, because either can mislead. */
export interface Moment {
  /** Unix time in milliseconds. Somebody can set this clock, back too. */
  readonly atMs: number;
  /** Milliseconds since `origin`, by a clock that nobody can set. */
  readonly upMs: number;
  /** Names the start of `upMs`, such as one boot of one machine; undefined if it cannot be told. */
  readonly origin: string | undefined;
}

/** `value` is undefined if there is no record. Version and fence remain, so that both keep growing. */
export interface RecordState {
  readonly value: string | undefined;
  readonly version: number;
  readonly expiresAtMs: number | undefined;
  readonly written: Moment | undefined;
  readonly fence: number;
  /** Unix time in milliseconds; 0 when no lease is held. */
  readonly leasedUntilMs: number;
  readonly leaseMs: number;
}

export const emptyRecordState: RecordState = {
  value: undefined,
  version: 0,
  expiresAtMs: undefined,
  written: undefined,
  fence: 0,
  leasedUntilMs: 0,
  leaseMs: 0,
};

export function recordOf(state: RecordState | undefined, now: Moment): StoredRecord | undefined {
  if (state?.value === undefined) return undefined;
  const { value, version, expiresAtMs, written } = state;
  return { value, version, expiresAtMs, ageMs: ageOf(written, now) };
}

/** Clocks are corrected by this much all the time. */
export const mostSkewMs = 1000;

/** Where the clock was set back, nobody knows how much time has passed. */
function ageOf(written: Moment | undefined, now: Moment): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  const isSame = now.origin !== undefined && written.origin === now.origin;
  const ageMs = isSame ? now.upMs - written.upMs : now.atMs - written.atMs;
  return ageMs < -mostSkewMs ? Number.POSITIVE_INFINITY : Math.max(0, ageMs);
}

/** The state afterwards, or undefined if nothing changed. */
export interface Change<State, Result> {
  readonly state: State | undefined;
  readonly result: Result;
}

export function acquire(
  state: RecordState,
  { leaseMs, seenVersion }: Omit<Attempt, "token">,
  now: Moment,
): Change<RecordState, Acquired> {
  const record = recordOf(state, now);
  const remainingMs = state.leasedUntilMs - now.atMs;
  // More time left than the lease was given for means that the clock was set back: its age is unknown.
  if (remainingMs > 0 && remainingMs <= state.leaseMs) {
    return { state: undefined, result: { kind: "held", record, remainingMs } };
  }
  if (seenVersion !== undefined && seenVersion !== (record?.version ?? 0)) {
    return { state: undefined, result: { kind: "changed", record } };
  }
  const fence = state.fence + 1;
  return {
    state: { ...state, fence, leasedUntilMs: now.atMs + leaseMs, leaseMs },
    result: { kind: "taken", fence, record, hadRecord: state.version > 0 },
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
  now: Moment,
): Change<RecordState, StoredRecord | undefined> {
  const present = state.value === undefined ? 0 : state.version;
  if (present !== expectedVersion || (fence !== undefined && fence < state.fence)) {
    return { state: undefined, result: undefined };
  }
  const version = state.version + 1;
  const written = keepAge && present > 0 ? state.written : now;
  const ended = fence !== undefined && !keepLease ? { fence, leasedUntilMs: 0 } : {};
  const next = { ...state, value, version, expiresAtMs, written, ...ended };
  return { state: next, result: recordOf(next, now) };
}

export function remove(state: RecordState): Change<RecordState, boolean> {
  if (state.value === undefined) return { state: undefined, result: false };
  return { state: { ...state, value: undefined, expiresAtMs: undefined }, result: true };
}
