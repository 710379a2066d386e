/**
 * Views of the ledger: balances, their history, and the statement of an account.
 *
 * @see https://www.airwallex.com/docs/api/core_resources/balances
 */

import type {
  BalanceHistoryItem,
  BalanceHistoryParams,
  FinancialTransaction,
  FinancialTransactionListParams,
  WalletBalance,
} from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import { cursorPage, numberedPage, startingAtZero } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import { invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { available, type Entry, reserved } from "./ledger.js";
import { moneyOf } from "./money-store.js";

export function viewBalances(world: World, accountId: string): readonly WalletBalance[] {
  const { ledger, incoming } = moneyOf(world);
  return ledger.currencies(accountId).map((currency) => {
    const spendable = ledger.balance(available(accountId), currency);
    const held = ledger.balance(reserved(accountId), currency);
    const pending = incoming.get(accountId)?.get(currency) ?? 0n;
    return {
      account_type: "cash",
      currency,
      available_amount: toAmount(spendable, currency),
      pending_amount: toAmount(pending, currency),
      prepayment_amount: 0,
      reserved_amount: toAmount(held, currency),
      total_amount: toAmount(spendable + pending + held, currency),
    };
  });
}

const sevenDaysMs = 7 * dayMs;

/** By cursor if the query has a `page`, otherwise by number and over seven days at most. */
export function listHistory(
  world: World,
  accountId: string,
  query: BalanceHistoryParams,
  apiVersion: string,
) {
  const period = readPeriod(query, "from_post_at", "to_post_at", { excludesEnd: true });
  const { page } = query;
  const endMs = Math.min(period.toMs, world.clock.nowMs());
  if (page === undefined && endMs - period.fromMs > sevenDaysMs && period.fromMs > -Infinity) {
    throw invalidArgument("from_post_at", "with page_num, a window is 7 days at most");
  }
  const fromMs = page === undefined ? Math.max(period.fromMs, endMs - sevenDaysMs) : period.fromMs;
  const requested = query.request_id && sourcesOf(world, query.request_id);
  const all = moneyOf(world)
    .ledger.entries(accountId)
    .filter(
      ({ currency, source, atMs }) =>
        (query.currency ?? currency) === currency &&
        (!requested || requested.has(source.id)) &&
        isWithin({ fromMs, toMs: period.toMs }, atMs),
    );
  const view = (entry: Entry) => viewHistoryItem(entry, apiVersion);
  if (page === undefined) {
    const { items, has_more } = numberedPage(all.toReversed(), query);
    return { has_more, items: items.map(view), page_after: null, page_before: null };
  }
  const cut = cursorPage(all, startingAtZero(query), 100);
  return { ...cut, has_more: cut.page_after !== null, items: cut.items.map(view) };
}

/** What was created with a `request_id`. */
function sourcesOf(world: World, requestId: string): ReadonlySet<string> {
  const { movements, conversions, payouts } = moneyOf(world);
  return new Set([
    ...movements.all().flatMap((one) => (one.requestId === requestId ? one.id : [])),
    ...conversions.all().flatMap((one) => (one.requestId === requestId ? one.id : [])),
    ...payouts.all().flatMap((one) => (one.request.request_id === requestId ? one.id : [])),
  ]);
}

function viewHistoryItem(entry: Entry, apiVersion: string): BalanceHistoryItem {
  const { id, units, balance, currency, source, type, atMs } = entry;
  return {
    account_type: "cash",
    amount: toAmount(units, currency),
    balance: toAmount(balance, currency),
    currency,
    description: source.description ?? null,
    fee: 0,
    id,
    posted_at: formatTimestamp(atMs, apiVersion),
    source: source.id,
    source_type: source.type,
    transaction_type: type,
  };
}

export function listTransactions(
  world: World,
  accountId: string,
  query: FinancialTransactionListParams,
  apiVersion: string,
) {
  const period = readPeriod(query, "from_created_at", "to_created_at");
  const open = moneyOf(world).open;
  const all = moneyOf(world)
    .ledger.entries(accountId)
    .filter(
      ({ currency, source, atMs }) =>
        (query.currency ?? currency) === currency &&
        (query.source_id ?? source.id) === source.id &&
        query.batch_id === undefined &&
        (query.status === undefined || (query.status === "PENDING") === open.has(source.id)) &&
        isWithin(period, atMs),
    );
  const { items, has_more } = numberedPage(all.toReversed(), query);
  return { has_more, items: items.map((one) => viewTransaction(one, open, apiVersion)) };
}

/** An entry of the statement; undefined if the account has none with this id. */
export function findTransaction(
  world: World,
  accountId: string,
  id: string,
  apiVersion: string,
): FinancialTransaction | undefined {
  const entry = moneyOf(world)
    .ledger.entries(accountId)
    .find((one) => one.id === id);
  return entry && viewTransaction(entry, moneyOf(world).open, apiVersion);
}

function viewTransaction(
  { id, units, currency, source, type, atMs }: Entry,
  open: ReadonlySet<string>,
  apiVersion: string,
): FinancialTransaction {
  const at = formatTimestamp(atMs, apiVersion);
  const isOpen = open.has(source.id);
  return {
    amount: toAmount(units, currency),
    created_at: at,
    currency,
    description: source.description ?? null,
    fee: 0,
    id,
    net: toAmount(units, currency),
    settled_at: isOpen ? null : at,
    source_id: source.id,
    source_type: source.type,
    status: isOpen ? "PENDING" : "SETTLED",
    // Only the history of a balance tells a deposit from its reversal.
    transaction_type: type === "DEPOSIT_REVERSAL" ? "DEPOSIT" : type,
  };
}
