/** Periods of time in queries: from one moment to another, both included. */

import { isDate } from "./api-version.js";
import { invalidArgument } from "./refusal.js";

/** Emulator time in milliseconds; infinite where the query sets no limit. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Reads two members of a query, such as `from_created_at` and `to_created_at`. A date means its first
 * moment in the first and its last in the second; a time without an offset is UTC.
 *
 * @throws Refusal for a member that is not an ISO 8601 date or timestamp.
 */
export function readPeriod<Name extends string>(
  query: { readonly [K in Name]?: string | undefined },
  from: Name,
  to: Name,
): Period {
  return {
    fromMs: readTime(from, query[from], "00:00:00.000") ?? Number.NEGATIVE_INFINITY,
    toMs: readTime(to, query[to], "23:59:59.999") ?? Number.POSITIVE_INFINITY,
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
