/** Reads `Retry-After`, which the API does not document but its gateways send. */

import { header, type WireHeaders } from "../transport/wire.js";

/**
 * The longest that one response can hold back other calls: a gateway that says "come back in a year" must
 * not block a client until it is restarted.
 */
export const longestHoldMs: number = 5 * 60_000;

/** `Wed, 21 Oct 2026 07:28:00 GMT` and its older forms: `Date.parse` reads a date in almost anything. */
const httpDate = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i;

/**
 * The wait in milliseconds, from seconds or an HTTP date; undefined if there is none. What is in the past,
 * negative or neither of the two counts as none.
 */
export function retryAfterMs(headers: WireHeaders): number | undefined {
  const value = header(headers, "retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) {
    return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  }
  const until = httpDate.test(value) ? Date.parse(value) : Number.NaN;
  // Relative to the server's own clock if it sent a date, because ours may be off.
  const now = Date.parse(header(headers, "date") ?? "");
  const waitMs = until - (Number.isNaN(now) ? Date.now() : now);
  return waitMs >= 0 ? waitMs : undefined;
}

/** A wait for an error message, such as `90 s`, `3 hours` or `for ever`. */
export function waitInWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 600) return `${seconds} s`;
  if (seconds <= 7200) return `${Math.ceil(seconds / 60)} minutes`;
  if (seconds <= 172_800) return `${Math.ceil(seconds / 3600)} hours`;
  const days = Math.ceil(seconds / 86_400);
  return days <= 3650 ? `${days} days` : "for ever";
}
