/** When a call began, by the server's clock: ours may be off by more than a call takes. */

import type { ResponseInfo } from "./call.js";

/**
 * Timestamps in the server's data may differ from its Date header by this much, and so may our own
 * clock.
 */
const toleranceMs = 2 * 60_000;

/**
 * Starts timing. Given a later response, the result is the Unix time in milliseconds at which it
 * started.
 */
export function beganAt(): (answer: ResponseInfo) => number {
  const startedMs = performance.now();
  return ({ headers }) => {
    const told = Date.parse(headers["date"] ?? "");
    const nowMs = Number.isNaN(told) ? Date.now() : told;
    return nowMs - (performance.now() - startedMs) - toleranceMs;
  };
}
