/** Reads `Retry-After`, which the API does not document and its gateways send. */

import { header, type WireHeaders } from "./wire.js";

/**
 * One answer keeps others from asking for no longer than this: a gateway that says "come back in a year"
 * must not stop a client until it is restarted.
 */
export const longestHoldMs: number = 5 * 60_000;

/** The wait in milliseconds, from seconds or from an HTTP date; undefined when there is none. */
export function retryAfterMs(headers: WireHeaders): number | undefined {
  const value = header(headers, "retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // The remote's own clock, where it told the time: ours may be off.
  const now = Date.parse(header(headers, "date") ?? "");
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}
