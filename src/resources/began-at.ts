/** When a call began, by the clock of the remote: ours may be off by more than a call takes. */

import type { ResponseInfo } from "../core/call.js";

/** What the remote wrote down may differ from its headers by this much, and so may our own clock. */
const toleranceMs = 2 * 60_000;

/** Starts counting; answers the Unix time in milliseconds as of an answer that came since. */
export function beganAt(): (answer: ResponseInfo) => number {
  const startedMs = performance.now();
  return ({ headers }) => {
    const told = Date.parse(headers["date"] ?? "");
    const nowMs = Number.isNaN(told) ? Date.now() : told;
    return nowMs - (performance.now() - startedMs) - toleranceMs;
  };
}
