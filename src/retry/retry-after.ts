/** Reads `Retry-After`, which the API does not document but its gateways send. */

import { header, type WireHeaders } from "../transport/wire.js";

/**
 * The longest that one response can hold back other calls: a gateway that says "come back in a year" must
 * not block a client until it is restarted.
 */
export const longestHoldMs: number = 5 * 60_000;

/** The wait in milliseconds, from seconds or an HTTP date; undefined if there is none. */
export function retryAfterMs(headers: WireHeaders): number | undefined {
  const value = header(headers, "retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // Relative to the server's own clock if it sent a date, because ours may be off.
  const now = Date.parse(header(headers, "date") ?? "");
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}
