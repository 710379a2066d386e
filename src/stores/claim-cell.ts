/** One claimed id as plain data, and each step on it as a pure function. */

import type { Step } from "./record-cell.js";

export interface ClaimCell {
  readonly token: string;
  readonly done: boolean;
  /** Unix time in milliseconds: the end of the claim, or, once it is done, of remembering it. */
  readonly untilMs: number;
}

/** The token of a claim that ran out is kept so long, so that its holder may still confirm it. */
export const lateConfirmMs = 24 * 60 * 60_000;

export function claim(
  cell: ClaimCell | undefined,
  next: Omit<ClaimCell, "done">,
  nowMs: number,
): Step<ClaimCell, "claimed" | "busy" | "done"> {
  if (cell && cell.untilMs > nowMs) {
    return { cell: undefined, result: cell.done ? "done" : "busy" };
  }
  return { cell: { ...next, done: false }, result: "claimed" };
}

/** True, and the cell marked done, where the claim is still ours. */
export function confirm(
  cell: ClaimCell | undefined,
  { token, untilMs }: Omit<ClaimCell, "done">,
): Step<ClaimCell, boolean> {
  if (cell?.token !== token) return { cell: undefined, result: false };
  return { cell: { token, done: true, untilMs }, result: true };
}

/** True where the claim is still ours to give back. */
export function isReleasable(cell: ClaimCell | undefined, token: string): boolean {
  return cell?.token === token && !cell.done;
}

/** Nothing that anybody could still ask for. */
export function isForgettable(cell: ClaimCell, nowMs: number): boolean {
  return cell.untilMs + (cell.done ? 0 : lateConfirmMs) <= nowMs;
}
