/** Periods of time in requests, from one moment to another. */

import { isDate } from "./api-version.js";
import { dayMs } from "./duration.js";
import { invalidArgument } from "./refusal.js";

/** Both included; emulator time in milliseconds, infinite where the request sets no limit. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The first moment after a period. */
export const endOf = ({ toMs }: Period): number => toMs + 1;

/** What some lists look back by where the request names no beginning. */
export interface LooksBack {
  readonly days: number;
  readonly nowMs: number;
}

/**
 * Reads two members of a query, such as `from_created_at` and `to_created_at`. A date means its first
 * moment in the first and its last in the second; a time without an offset is UTC.
 *
 * @param options.excludesEnd Whether the second is the first moment after the period, also if it is a date.
 * @param options.looksBack Where the period begins if the request does not say; default: without limit.
 *
 * @throws Refusal for a member that is not an ISO 8601 date or timestamp.
 */
export function readPeriod<Name extends string>(
  query: { readonly [K in Name]?: string | undefined },
  from: Name,
  to: Name,
  {
    excludesEnd = false,
    looksBack,
  }: { readonly excludesEnd?: boolean; readonly looksBack?: LooksBack | undefined } = {},
): Period {
  const timeOfEnd = excludesEnd ? "00:00:00.000" : "23:59:59.999";
  const endMs = readTime(to, query[to], timeOfEnd) ?? Number.POSITIVE_INFINITY;
  const usualMs = looksBack
    ? Math.min(endMs, looksBack.nowMs) - looksBack.days * dayMs
    : Number.NEGATIVE_INFINITY;
  return {
    fromMs: readTime(from, query[from], "00:00:00.000") ?? usualMs,
    toMs: excludesEnd ? endMs - 1 : endMs,
  };
}

/** Compares the time as the API shows it, to the second, so that callers can filter by what they saw. */
export function isWithin({ fromMs, toMs }: Period, ms: number): boolean {
  const shownMs = Math.floor(ms / 1_000) * 1_000;
  return shownMs >= fromMs && shownMs <= toMs;
}

const timestamp =
  /^(\d{4}-\d{2}-\d{2})(?:(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[ +-]\d{2}:?\d{2})?)?$/;

function readTime(name: string, text: string | undefined, timeOfDate: string): number | undefined {
  if (text === undefined) return undefined;
  const [, date = "", time = `T${timeOfDate}`, offset = "Z"] = timestamp.exec(text) ?? [];
  // An unescaped plus in a URL arrives as a space.
  const colon = offset
    .replace(/[ +](\d{2}):?(\d{2})$/, "+$1:$2")
    .replace(/-(\d{2})(\d{2})$/, "-$1:$2");
  const ms = isDate(date) ? Date.parse(date + time + colon) : Number.NaN;
  if (Number.isNaN(ms)) throw invalidArgument(name, "expected an ISO 8601 date or timestamp");
  return ms;
}
