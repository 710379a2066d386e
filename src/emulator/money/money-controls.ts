/** Lets tests see and change money without a call. */

import { refuseOtherLists, requireStrings } from "../../checks/arguments.js";
import { checkOptions } from "../../checks/options.js";
import { quoted } from "../../checks/printable.js";
import { showNumber } from "../../checks/values.js";
import type {
  Charge,
  ConnectedAccountTransfer,
  Deposit,
  MoneyMovementStatus,
  Payout,
  TransferFailureReason,
} from "../../generated/index.js";
import { accountWith } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { countryFor } from "./account-numbers.js";
import { isCurrency, parseUnits, toText } from "./amounts.js";
import { viewDeposit } from "./deposits.js";
import {
  adjust,
  type DepositRecord,
  type Movement,
  type MovementKind,
  moneyOf,
  type PayoutRecord,
  spendable,
} from "./money-store.js";
import { isOver, moveTo } from "./movements.js";
import { setRate } from "./rates.js";
import { viewCharge, viewPayout, viewTransfer } from "./view-money.js";

/** The money of an emulator. Everything it returns is a copy. */
export interface MoneyControls {
  /**
   * The available balance of an account, such as `"12.50"`.
   *
   * @throws RangeError for a currency that is none.
   */
  balance(accountId: string, currency: string): string;
  /**
   * Sets the balance of an account. The platform starts with a million in each of several currencies,
   * other accounts with nothing.
   *
   * @throws RangeError for an unknown account, and for an amount that is not a decimal in the currency.
   */
  setBalance(accountId: string, currency: string, amount: string | number): void;
  /**
   * Opens a global account, for `simulation.deposits.create` to pay into, and returns its id.
   *
   * @param options.accountId The account whose wallet it fills; default the platform.
   * @throws RangeError for an unknown account, and for a currency that is none.
   */
  openGlobalAccount(options: {
    readonly accountId?: string | undefined;
    readonly currency: string;
  }): string;
  /** All deposits, oldest first, as the API shows them. */
  deposits(): readonly Deposit[];
  /** All payouts, oldest first. */
  payouts(): readonly Payout[];
  /**
   * Sets what one unit of a currency buys of another, before any margin.
   *
   * @throws RangeError for a currency that is none, and for a rate that is not a decimal above 0.
   */
  setRate(sellCurrency: string, buyCurrency: string, rate: string | number): void;
  /** All transfers, oldest first. */
  transfers(): readonly ConnectedAccountTransfer[];
  /** All charges, oldest first. */
  charges(): readonly Charge[];
  /**
   * Decides the outcome of a transfer or a charge: `PENDING` keeps it under review, `SUSPENDED` means that
   * the review refused it, `FAILED` returns the money, `SETTLED` pays it out.
   *
   * @param options.reasons `failure_reasons` of a transfer.
   * @throws RangeError if none has this id, if it has already settled or failed, or for no such status.
   */
  setStatus(
    id: string,
    status: MoneyMovementStatus,
    options?: { readonly reasons?: readonly TransferFailureReason[] },
  ): void;
}

export function createMoneyControls(present: () => World): MoneyControls {
  const all = <View>(
    kind: MovementKind,
    view: (one: Movement, version: string) => View,
  ): View[] => {
    const world = present();
    const ofKind = moneyOf(world)
      .movements.all()
      .filter((one) => one.kind === kind);
    return ofKind.map((one) => view(one, world.settings.apiVersion));
  };
  return {
    balance(accountId, currency) {
      requireStrings("Cannot read balance", { accountId });
      checkCurrency("Cannot read balance", "currency", currency);
      return toText(spendable(present(), accountId, currency), currency);
    },
    setBalance: (accountId, currency, amount) => setBalance(present(), accountId, currency, amount),
    openGlobalAccount: (options) => openGlobalAccount(present(), options),
    deposits() {
      const world = present();
      const view = (one: DepositRecord) => viewDeposit(one, world.settings.apiVersion);
      return moneyOf(world).deposits.all().map(view);
    },
    payouts() {
      const world = present();
      const view = (one: PayoutRecord) => viewPayout(one, world.settings.apiVersion);
      return moneyOf(world).payouts.all().map(view);
    },
    setRate(sell, buy, rate) {
      checkCurrency("Cannot set rate", "sellCurrency", sell);
      checkCurrency("Cannot set rate", "buyCurrency", buy);
      setRate(present(), sell, buy, rate);
    },
    transfers: () => all("transfer", viewTransfer),
    charges: () => all("charge", viewCharge),
    setStatus(id, status, options = {}) {
      checkStatus(id, status, options);
      const world = present();
      const movement = moneyOf(world).movements.get(id);
      if (movement === undefined || isOver(movement)) {
        const what = movement?.status ?? "not there";
        throw new RangeError(`Cannot set status: ${quoted(id)} is ${what}, expected one under way`);
      }
      moveTo(world, movement, status, options);
    },
  };
}

function checkCurrency(what: string, name: string, currency: string): void {
  requireStrings(what, { [name]: currency });
  if (isCurrency(currency)) return;
  throw new RangeError(
    `${what}: ${name} is ${quoted(currency)}, expected a code of ISO 4217 such as USD`,
  );
}

const statuses: readonly string[] = ["NEW", "PENDING", "SETTLED", "SUSPENDED", "FAILED"];

function checkStatus(
  id: string,
  status: string,
  options: NonNullable<Parameters<MoneyControls["setStatus"]>[2]>,
): void {
  requireStrings("Cannot set status", { id, status });
  checkOptions("Cannot set status", options, { reasons: "any" });
  refuseOtherLists("Cannot set status", { reasons: options.reasons });
  if (statuses.includes(status)) return;
  throw new RangeError(
    `Cannot set status: status is ${quoted(status)}, expected one of ${statuses.join(", ")}`,
  );
}

function setBalance(
  world: World,
  accountId: string,
  currency: string,
  amount: string | number,
): void {
  requireStrings("Cannot set balance", { accountId });
  checkCurrency("Cannot set balance", "currency", currency);
  const isAmount = typeof amount === "string" || typeof amount === "number";
  const units = isAmount ? parseUnits(amount, currency) : undefined;
  if (units === undefined) {
    throw new RangeError(
      `Cannot set balance: amount is ${showNumber(amount)}, expected an amount of ${currency}`,
    );
  }
  refuseNobody(world, accountId);
  const more = units - spendable(world, accountId, currency);
  const adjustment = { currency, units: more, atMs: world.clock.nowMs() };
  adjust(moneyOf(world).ledger, world.ids.entry(), accountId, adjustment);
}

function openGlobalAccount(
  world: World,
  options: Parameters<MoneyControls["openGlobalAccount"]>[0],
): string {
  const kinds = { accountId: "string", currency: "string" } as const;
  checkOptions("Cannot open global account", options, kinds);
  const { accountId, currency } = options;
  checkCurrency("Cannot open global account", "currency", currency);
  const { ids, accounts, clock } = world;
  if (accountId !== undefined) refuseNobody(world, accountId);
  const { globalAccounts } = moneyOf(world);
  const request = {
    ...{ request_id: ids.request(), country_code: countryFor(currency) },
    required_features: [{ currency }],
  };
  const record = globalAccounts.add({
    ...{ id: ids.globalAccount(), sequence: globalAccounts.added + 1, currency, request },
    accountId: accountId ?? accounts.platform.id,
    ...{ createdAtMs: clock.nowMs(), nickname: undefined, status: "ACTIVE" },
  });
  return record.id;
}

function refuseNobody({ accounts }: World, id: string): void {
  if (id === accounts.platform.id || accountWith(accounts, id) !== undefined) return;
  throw new RangeError(`Cannot change money: there is no account with the id ${quoted(id)}`);
}
