/** Turns movements of money into events. */

import { formatTimestamp } from "../engine/api-version.js";
import type { RecordChange } from "../engine/table.js";
import type { World } from "../engine/world.js";
import { toAmount } from "../money/amounts.js";
import { viewConversion } from "../money/conversions.js";
import { viewDepositEvent } from "../money/deposits.js";
import { viewGlobalAccount, viewTransaction } from "../money/global-accounts.js";
import type { Entry } from "../money/ledger.js";
import {
  type ConversionRecord,
  type DepositRecord,
  type GlobalAccountRecord,
  type Movement,
  moneyOf,
  type PayoutRecord,
} from "../money/money-store.js";
import { viewMovement, viewPayout } from "../money/view-money.js";
import { dispatch } from "./dispatch.js";
import type { EventData } from "./events.js";

/** Announces movements of money to subscribers. */
export function announceMoney(world: World): void {
  const { ledger, movements, deposits, payouts, conversions, globalAccounts } = moneyOf(world);
  ledger.changes.subscribe((entry) => announceEntry(world, entry));
  movements.changes.subscribe((change) => announceMovement(world, change));
  deposits.changes.subscribe((change) => announceDeposit(world, change));
  payouts.changes.subscribe((change) => announcePayout(world, change));
  conversions.changes.subscribe((change) => announceConversion(world, change));
  globalAccounts.changes.subscribe((change) => announceGlobalAccount(world, change));
}

/** What is known of an event besides its name and data. */
interface About {
  readonly accountId: string;
  readonly sourceId: string;
  readonly atMs: number;
}

function tell(world: World, name: string, data: EventData, about: About): void {
  dispatch(world, { id: world.ids.event(), name, data, ...about });
}

const shown = (show: (version: string) => object): EventData => ({ kind: "shown", show });

/** Money that came in, and corrections, are announced as changes of a balance too. */
function announceEntry(world: World, entry: Entry): void {
  const { accountId, currency, units, balance, type, source, atMs } = entry;
  const deposit = moneyOf(world).deposits.get(source.id);
  const change = {
    amount: toAmount(units, currency),
    balance: toAmount(balance, currency),
    ccy: currency,
    createdAt: formatTimestamp(atMs, world.settings.apiVersion),
    type,
  };
  const about = { accountId, sourceId: entry.id, atMs };
  // Their data is in camelCase in every version.
  if (type === "DEPOSIT" && deposit !== undefined) {
    const transactionReference = {
      ...{ depositId: deposit.id, globalAccountId: deposit.account.id, transactionId: entry.id },
      payerName: deposit.request.payer_name ?? null,
    };
    const reference = deposit.request.reference ?? null;
    const value = { ...change, reference, transactionReference };
    tell(world, "balance.ga.top_up", { kind: "given", value }, about);
  }
  if (type === "ADJUSTMENT") {
    const transactionReference = { adjustmentId: source.id, reason: "Adjustment" };
    const value = { ...change, transactionReference };
    tell(world, "balance.adjustment", { kind: "given", value }, about);
  }
}

function announceMovement(world: World, { record, atMs }: RecordChange<Movement>): void {
  const { kind, id: sourceId, ownerId: accountId, status } = record;
  const what = kind === "transfer" ? "connected_account_transfer" : "charge";
  const data = shown((version) => viewMovement(record, version));
  tell(world, `${what}.${status.toLowerCase()}`, data, { accountId, sourceId, atMs });
}

/** Older versions learn of money in a global account by `ga.new`. */
function announceDeposit(world: World, { record, atMs }: RecordChange<DepositRecord>): void {
  const { id: sourceId, account, status } = record;
  const about = { accountId: account.accountId, sourceId, atMs };
  if (status === "SETTLED" && record.units > 0n) {
    const page = (version: string) => ({
      has_more: false,
      items: [viewTransaction(record, version)],
    });
    tell(world, "ga.new", shown(page), about);
  }
  const data = shown((version) => viewDepositEvent(record, version));
  tell(world, `deposit.${status.toLowerCase()}`, data, about);
}

/** Older versions learn of a payout by `payment.new` first. */
function announcePayout(world: World, { record, atMs }: RecordChange<PayoutRecord>): void {
  const { id: sourceId, accountId, status } = record;
  const about = { accountId, sourceId, atMs };
  const data = shown((version) => viewPayout(record, version));
  if (status === "SCHEDULED") tell(world, "payment.new", data, about);
  tell(world, `payout.transfer.${status.toLowerCase()}`, data, about);
}

function announceConversion(world: World, { record, atMs }: RecordChange<ConversionRecord>): void {
  const { id: sourceId, accountId, status } = record;
  const data = shown((version) => viewConversion(record, version));
  tell(world, `conversion.${status.toLowerCase()}`, data, { accountId, sourceId, atMs });
}

function announceGlobalAccount(
  world: World,
  { record, atMs }: RecordChange<GlobalAccountRecord>,
): void {
  const { id: sourceId, accountId, status } = record;
  const data: EventData = { kind: "other", value: viewGlobalAccount(record) };
  tell(world, `global_account.${status.toLowerCase()}`, data, { accountId, sourceId, atMs });
}
