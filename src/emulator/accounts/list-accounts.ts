/**
 * The list of connected accounts: filters, order and pages.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts/list
 */

import type { AccountListParams } from "../../generated/index.js";
import type { AccountRecord, Accounts } from "../engine/account-record.js";
import { isDate, statusIn } from "../engine/api-version.js";
import { invalidArgument } from "../engine/refusal.js";

const defaultPageSize = 100;

export interface Page {
  readonly items: readonly AccountRecord[];
  readonly hasMore: boolean;
}

/** Newest first. @throws Refusal for an invalid time. */
export function listAccounts(
  { connected }: Accounts,
  query: AccountListParams,
  apiVersion: string,
): Page {
  const wanted = compileFilter(query, apiVersion);
  const all = [...connected.values()].filter(wanted).reverse();
  const size = query.page_size ?? defaultPageSize;
  const start = (query.page_num ?? 0) * size;
  return { items: all.slice(start, start + size), hasMore: all.length > start + size };
}

function compileFilter(
  query: AccountListParams,
  apiVersion: string,
): (record: AccountRecord) => boolean {
  const { account_status: status, email, identifier } = query;
  const fromMs = readTime("from_created_at", query.from_created_at, "00:00:00.000");
  const toMs = readTime("to_created_at", query.to_created_at, "23:59:59.999");
  const [key = "", ...value] = query.metadata?.split(":") ?? [];
  return (record) =>
    (status === undefined || statusIn(apiVersion, record.status) === status) &&
    (email === undefined || record.primaryContact.email === email) &&
    (identifier === undefined || record.identifier === identifier) &&
    (fromMs === undefined || shownMs(record) >= fromMs) &&
    (toMs === undefined || shownMs(record) <= toMs) &&
    (query.metadata === undefined || record.metadata?.[key] === value.join(":"));
}

/** The time as `created_at` shows it, to the second, so that callers can filter by what they saw. */
function shownMs({ createdAtMs }: AccountRecord): number {
  return Math.floor(createdAtMs / 1_000) * 1_000;
}

const timestamp =
  /^(\d{4}-\d{2}-\d{2})(?:(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[ +-]\d{2}:?\d{2})?)?$/;

/** A date means its first moment in a `from` and its last in a `to`; without an offset it is UTC. */
export function readTime(
  name: string,
  text: string | undefined,
  timeOfDate: string,
): number | undefined {
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
