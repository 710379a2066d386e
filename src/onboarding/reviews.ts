/**
 * Finds which of many accounts have left their review, with few requests.
 *
 * 1. One list of the accounts in review covers them all: an account that is not on it has left.
 * 2. If many have left, the newest pages of all accounts say for which status, 500 accounts at a time.
 * 3. The rest are read one by one.
 *
 * No list is followed further than one page more than a tenth of the requests that reading one by one
 * would take.
 */

import { AuthenticationError } from "../errors/index.js";
import type { Account, AccountListParams } from "../generated/accounts.js";
import type { AccountsResource } from "../resources/accounts.js";

export interface ReviewTools {
  readonly accounts: AccountsResource;
  readonly signal: AbortSignal;
}

const pageSize = 500;
/** So few are read one by one. */
const fewAccounts = 5;
const readAtOnce = 50;

/** Calls `onReviewed` with every account of those that is no longer in review. */
export async function findReviewed(
  tools: ReviewTools,
  ids: Iterable<string>,
  onReviewed: (account: Account) => void,
): Promise<void> {
  const left = new Set(ids);
  const take = (account: Account): void => {
    left.delete(account.id);
    if (account.status !== "SUBMITTED") onReviewed(account);
  };
  await visitPages(tools, left, { account_status: "SUBMITTED" }, take);
  if (left.size > fewAccounts) await visitPages(tools, left, {}, take);
  await readEach(tools, [...left], take);
}

/** Visits the wanted accounts on a list, newest first, until all were seen or its pages are used up. */
async function visitPages(
  { accounts, signal }: ReviewTools,
  wanted: ReadonlySet<string>,
  filter: AccountListParams,
  visit: (account: Account) => void,
): Promise<void> {
  let pagesLeft = 1 + Math.floor(wanted.size / 10);
  const params = { ...filter, page_size: pageSize };
  for await (const { items } of accounts.list(params, { signal }).pages()) {
    for (const account of items) if (wanted.has(account.id)) visit(account);
    if (wanted.size === 0 || --pagesLeft === 0) return;
  }
}

async function readEach(
  { accounts, signal }: ReviewTools,
  ids: readonly string[],
  visit: (account: Account) => void,
): Promise<void> {
  // One account that cannot be read must not hold up those behind it.
  const read = (id: string): Promise<void> =>
    accounts
      .retrieve(id, { signal })
      .then(visit)
      .catch((error) => throwIfFinal(error, signal));
  for (let start = 0; start < ids.length; start += readAtOnce) {
    await Promise.all(ids.slice(start, start + readAtOnce).map(read));
  }
}

/** A refused key will not pass; any other failure may, by the next look. */
export function throwIfFinal(error: unknown, signal: AbortSignal): void {
  if (signal.aborted || error instanceof AuthenticationError) throw error;
}
