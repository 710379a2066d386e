/** One claimed id as plain data, with each operation on it as a pure function. */

import type { Change } from "./record-state.js";

export interface ClaimState {
  readonly token: string;
  readonly done: boolean;
  /** Unix time in milliseconds: when the claim expires, or, once done, when it is forgotten. */
  readonly untilMs: number;
}

/** How long the token of an expired claim is kept, so that its holder can still confirm it. */
export const lateConfirmMs = 24 * 60 * 60_000;

export function claim(
  state: ClaimState | undefined,
  next: Omit<ClaimState, "done">,
  nowMs: number,
): Change<ClaimState, "claimed" | "busy" | "done"> {
  if (state && state.untilMs > nowMs) {
    return { state: undefined, result: state.done ? "done" : "busy" };
  }
  return { state: { ...next, done: false }, result: "claimed" };
}

/** Marks the state done and returns true if the claim is still ours. */
export function confirm(
  state: ClaimState | undefined,
  { token, untilMs }: Omit<ClaimState, "done">,
): Change<ClaimState, boolean> {
  if (state?.token !== token) return { state: undefined, result: false };
  return { state: { token, done: true, untilMs }, result: true };
}

/** Whether the claim is still ours to release. */
export function isReleasable(state: ClaimState | undefined, token: string): boolean {
  return state?.token === token && !state.done;
}

/** Whether the state has no use any more: the claim is over, and too old to be confirmed late. */
export function isForgettable(state: ClaimState, nowMs: number): boolean {
  return state.untilMs + (state.done ? 0 : lateConfirmMs) <= nowMs;
}
