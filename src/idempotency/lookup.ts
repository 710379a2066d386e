/** What a look-up needs: when the call began, and options to look up with. */

import type { ResponseInfo } from "../call/call.js";
import { asPart, type CallOptions } from "../call/settings.js";

/**
 * Timestamps in the server's data may differ from its Date header by this much, and so may our own
 * clock.
 */
const toleranceMs = 2 * 60_000;

/**
 * Starts timing. Given a later response, the result is the Unix time in milliseconds at which it
 * started, by the server's clock: ours may be off by more than a call takes.
 */
export function beganAt(): (answer: ResponseInfo) => number {
  const startedMs = performance.now();
  return ({ headers }) => {
    const told = Date.parse(headers["date"] ?? "");
    const nowMs = Number.isNaN(told) ? Date.now() : told;
    return nowMs - (performance.now() - startedMs) - toleranceMs;
  };
}

/** Options of a look-up made within a call: the same account, version and headers, within the time that is left. */
export function withinCall(options: CallOptions | undefined, remainingMs: number): CallOptions {
  const { signal, onBehalfOf, apiVersion, headers } = options ?? {};
  return asPart({ signal, onBehalfOf, apiVersion, headers, timeoutMs: Math.max(1, remainingMs) });
}
