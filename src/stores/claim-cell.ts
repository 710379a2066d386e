/** One claimed id as plain data, with each operation on it as a pure function. */

import type { Step } from "./record-cell.js";

export interface ClaimCell {
  readonly token: string;
  readonly done: boolean;
  /** Unix time in milliseconds: when the claim expires, or, once done, when it is forgotten. */
  readonly untilMs: number;
}

/** How long the token of an expired claim is kept, so that its holder can still confirm it. */
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

/** Marks the cell done and returns true if the claim is still ours. */
export function confirm(
  cell: ClaimCell | undefined,
  { token, untilMs }: Omit<ClaimCell, "done">,
): Step<ClaimCell, boolean> {
  if (cell?.token !== token) return { cell: undefined, result: false };
  return { cell: { token, done: true, untilMs }, result: true };
}

/** Whether the claim is still ours to release. */
export function isReleasable(cell: ClaimCell | undefined, token: string): boolean {
  return cell?.token === token && !cell.done;
}

/** Whether nobody can need the cell any more. */
export function isForgettable(cell: ClaimCell, nowMs: number): boolean {
  return cell.untilMs + (cell.done ? 0 : lateConfirmMs) <= nowMs;
}
