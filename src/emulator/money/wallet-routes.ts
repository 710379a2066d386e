/**
 * What an account holds: balances, statements, global accounts, deposits and conversions.
 *
 * @see https://www.airwallex.com/docs/api/core_resources
 */

import {
  balancesHistory,
  conversionsList,
  depositsList,
  financialTransactionsList,
  globalAccountsList,
  globalAccountsTransactions,
  ratesCurrent,
} from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { cursorPage, numberedPage } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import { notFound, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { createConversion, viewConversion } from "./conversions.js";
import { viewDeposit } from "./deposits.js";
import {
  closeGlobalAccount,
  createGlobalAccount,
  updateGlobalAccount,
  viewGlobalAccount,
  viewTransaction,
} from "./global-accounts.js";
import { type GlobalAccountRecord, moneyOf, requestKey } from "./money-store.js";
import { createQuote, dayOf, viewQuote } from "./quotes.js";
import { viewRate } from "./rates.js";
import { findTransaction, listHistory, listTransactions, viewBalances } from "./statement.js";

type Key = Extract<
  EndpointKey,
  `${"balances" | "financialTransactions" | "globalAccounts" | "deposits" | "rates" | "quotes" | "conversions"}${string}`
>;

export const walletHandlers: HandlersOf<Key> = {
  balancesCurrent: ({ world, request, actingFor }) => {
    // Accounts of the emulator have cash only.
    const kind = request.query.get("account_type") ?? "cash";
    return kind === "cash" ? viewBalances(world, actingFor.id) : [];
  },

  async balancesHistory({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(balancesHistory.query, request.query);
    return listHistory(world, actingFor.id, query, apiVersion);
  },

  async financialTransactionsList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(financialTransactionsList.query, request.query);
    return listTransactions(world, actingFor.id, query, apiVersion);
  },

  financialTransactionsRetrieve({ world, path, actingFor, apiVersion }) {
    const found = findTransaction(world, actingFor.id, path.id, apiVersion);
    if (found === undefined) throw notFound(`Financial transaction [${path.id}]`);
    return found;
  },

  globalAccountsCreate({ world, body, actingFor }) {
    refuseInactive(actingFor);
    return viewGlobalAccount(createGlobalAccount(world, actingFor, body));
  },

  async globalAccountsList({ world, request, actingFor }) {
    const query = await readQuery(globalAccountsList.query, request.query);
    const period = readPeriod(query, "from_created_at", "to_created_at");
    const all = moneyOf(world)
      .globalAccounts.all()
      .filter(
        (one) =>
          one.accountId === actingFor.id &&
          (query.country_code ?? one.request.country_code) === one.request.country_code &&
          (query.nick_name ?? one.nickname) === one.nickname &&
          (query.status ?? one.status) === one.status &&
          [query["required_features.currency"], query["supported_features.currency"]].every(
            (currency) => currency === undefined || holds(one, currency),
          ) &&
          isWithin(period, one.createdAtMs),
      );
    const page = cursorPage(all, query, 100);
    return { ...page, items: page.items.map(viewGlobalAccount) };
  },

  globalAccountsRetrieve: ({ world, path, actingFor }) =>
    viewGlobalAccount(findAccount(world, actingFor, path.id)),

  globalAccountsUpdate: ({ world, path, body, actingFor }) =>
    viewGlobalAccount(updateGlobalAccount(findAccount(world, actingFor, path.id), body)),

  globalAccountsClose: ({ world, path, actingFor }) =>
    viewGlobalAccount(closeGlobalAccount(world, findAccount(world, actingFor, path.id))),

  async globalAccountsTransactions({ world, request, path, actingFor, apiVersion }) {
    const query = await readQuery(globalAccountsTransactions.query, request.query);
    const period = readPeriod(query, "from_created_at", "to_created_at");
    const account = findAccount(world, actingFor, path.id);
    const all = moneyOf(world)
      .deposits.all()
      .filter((one) => one.account === account && isWithin(period, one.createdAtMs));
    const { items, has_more } = numberedPage(all.toReversed(), query);
    return { has_more, items: items.map((one) => viewTransaction(one, apiVersion)) };
  },

  async depositsList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(depositsList.query, request.query);
    const looksBack = { days: 30, nowMs: world.clock.nowMs() };
    const period = readPeriod(query, "from_created_at", "to_created_at", { looksBack });
    const all = moneyOf(world)
      .deposits.all()
      .filter((one) => one.account.accountId === actingFor.id && isWithin(period, one.createdAtMs));
    const { items, has_more } = numberedPage(all.toReversed(), query);
    return { has_more, items: items.map((one) => viewDeposit(one, apiVersion)) };
  },

  depositsRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewDeposit(
      moneyOf(world).deposits.find(path.id, ({ account }) => account.accountId === actingFor.id),
      apiVersion,
    ),

  async ratesCurrent({ world, request, apiVersion }) {
    const query = await readQuery(ratesCurrent.query, request.query);
    const day = query.conversion_date ?? dayOf(world.clock.nowMs());
    return viewRate(world, query, day, apiVersion);
  },

  quotesCreate: ({ world, body, actingFor, apiVersion }) =>
    viewQuote(createQuote(world, actingFor, body), apiVersion),

  quotesRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewQuote(
      moneyOf(world).quotes.find(path.quote_id, ({ accountId }) => accountId === actingFor.id),
      apiVersion,
    ),

  conversionsCreate({ world, body, actingFor, apiVersion }) {
    refuseInactive(actingFor);
    const { conversions } = moneyOf(world);
    if (conversions.withKey(requestKey(actingFor.id, body.request_id)) !== undefined) {
      const message = "A conversion with this request_id was created before.";
      throw new Refusal(400, "request_id_duplicate", message, { source: "request_id" });
    }
    return viewConversion(createConversion(world, actingFor, body), apiVersion);
  },

  async conversionsList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(conversionsList.query, request.query);
    const looksBack = { days: 31, nowMs: world.clock.nowMs() };
    const period = readPeriod(query, "from_created_at", "to_created_at", { looksBack });
    const all = moneyOf(world)
      .conversions.all()
      .filter(
        (one) =>
          one.accountId === actingFor.id &&
          (query.request_id ?? one.requestId) === one.requestId &&
          (query.status ?? one.status) === one.status &&
          (query.buy_currency ?? one.priced.buyCurrency) === one.priced.buyCurrency &&
          (query.sell_currency ?? one.priced.sellCurrency) === one.priced.sellCurrency &&
          isWithin(period, one.createdAtMs),
      );
    const { items, has_more } = numberedPage(all.toReversed(), query);
    return { has_more, items: items.map((one) => viewConversion(one, apiVersion)) };
  },

  conversionsRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewConversion(
      moneyOf(world).conversions.find(
        path.conversion_id,
        ({ accountId }) => accountId === actingFor.id,
      ),
      apiVersion,
    ),
};

const findAccount = (world: World, owner: AccountRecord, id: string): GlobalAccountRecord =>
  moneyOf(world).globalAccounts.find(id, ({ accountId }) => accountId === owner.id);

const holds = ({ request }: GlobalAccountRecord, currency: string): boolean =>
  request.required_features.some((feature) => feature.currency === currency);

function refuseInactive({ status }: AccountRecord): void {
  if (status === "ACTIVE") return;
  throw new Refusal(400, "operation_failed", `The account is ${status}, expected ACTIVE.`);
}
