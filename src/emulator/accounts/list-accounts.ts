/**
 * The list of connected accounts: filters, order and pages.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts/list
 */

import { entryOf } from "../../checks/values.js";
import type { AccountListParams } from "../../generated/index.js";
import type { AccountRecord, Accounts } from "../engine/account-record.js";
import { statusIn } from "../engine/api-version.js";
import { numberedPage } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";

/** Newest first. @throws Refusal for an invalid time. */
export function listAccounts(
  { connected }: Accounts,
  query: AccountListParams,
  apiVersion: string,
): { readonly items: readonly AccountRecord[]; readonly has_more: boolean } {
  const wanted = compileFilter(query, apiVersion);
  return numberedPage([...connected.values()].filter(wanted).reverse(), query);
}

function compileFilter(
  query: AccountListParams,
  apiVersion: string,
): (record: AccountRecord) => boolean {
  const { account_status: status, identifier } = query;
  const period = readPeriod(query, "from_created_at", "to_created_at");
  const [key = "", ...value] = query.metadata?.split(":") ?? [];
  return (record) =>
    (status === undefined || statusIn(apiVersion, record.status) === status) &&
    (identifier === undefined || record.identifier === identifier) &&
    isWithin(period, record.createdAtMs) &&
    (query.metadata === undefined || entryOf(record.metadata ?? {}, key) === value.join(":"));
}
