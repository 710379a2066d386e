/** Lets tests see and change money without a call. */

import type {
  Charge,
  ConnectedAccountTransfer,
  DepositEventData,
  MoneyMovementStatus,
  SimulatedPayout,
  TransferFailureReason,
} from "../../generated/index.js";
import type { World } from "../engine/world.js";
import { parseUnits, toText } from "./amounts.js";
import { viewDeposit } from "./deposits.js";
import { type Deposit, type Movement, type MovementKind, moneyOf } from "./money-store.js";
import { isOver, moveTo } from "./movements.js";
import { putPayout, viewPayout } from "./payouts.js";
import { viewCharge, viewTransfer } from "./view-money.js";

/** The money of an emulator. Everything it returns is a copy. */
export interface MoneyControls {
  /** The available balance of an account, such as `"12.50"`. */
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
   * @throws RangeError for an unknown account, and for a currency that is not three capital letters.
   */
  openGlobalAccount(options: {
    readonly accountId?: string | undefined;
    readonly currency: string;
  }): string;
  /** All deposits, oldest first, as events show them. */
  deposits(): readonly DepositEventData[];
  /**
   * Adds a payout, which the API calls a transfer, for `simulation.transfers.transition` to move along. One
   * with the same id is replaced.
   *
   * @param payout Any members, as the API shows them. The others are made up: a new `id`, a hundred dollars
   *   for somebody, and the status `SCHEDULED`.
   * @param options.accountId The account that pays; default the platform.
   * @throws RangeError for an unknown account.
   */
  addPayout(
    payout?: Readonly<Record<string, unknown>>,
    options?: { readonly accountId?: string | undefined },
  ): SimulatedPayout;
  /** All payouts, oldest first. */
  payouts(): readonly SimulatedPayout[];
  /** All transfers, oldest first. */
  transfers(): readonly ConnectedAccountTransfer[];
  /** All charges, oldest first. */
  charges(): readonly Charge[];
  /**
   * Decides the outcome of a transfer or a charge: `PENDING` keeps it under review, `SUSPENDED` means that
   * the review refused it, `FAILED` returns the money, `SETTLED` pays it out.
   *
   * @param options.reasons `failure_reasons` of a transfer.
   * @throws RangeError if none has this id, or if it has already settled or failed.
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
    balance: (accountId, currency) =>
      toText(moneyOf(present()).available(accountId, currency), currency),
    setBalance(accountId, currency, amount) {
      const units = parseUnits(amount, currency);
      if (units === undefined) {
        throw new RangeError(
          `Cannot set balance: amount is ${amount}, expected an amount of ${currency}`,
        );
      }
      const world = present();
      refuseNobody(world, accountId);
      moneyOf(world).set(accountId, currency, units);
    },
    openGlobalAccount({ accountId, currency }) {
      if (!/^[A-Z]{3}$/.test(currency)) {
        throw new RangeError(
          `Cannot open global account: currency is "${currency}", expected three capitals`,
        );
      }
      const world = present();
      const { ids, accounts } = world;
      if (accountId !== undefined) refuseNobody(world, accountId);
      const account = { id: ids.deposit(), accountId: accountId ?? accounts.platform.id, currency };
      return moneyOf(world).globalAccounts.add(account).id;
    },
    deposits() {
      const world = present();
      const view = (one: Deposit) => viewDeposit(one, world.settings.apiVersion);
      return moneyOf(world).deposits.all().map(view);
    },
    addPayout(payout = {}, { accountId } = {}) {
      const world = present();
      if (accountId !== undefined) refuseNobody(world, accountId);
      return viewPayout(putPayout(world, accountId ?? world.accounts.platform.id, payout));
    },
    payouts: () => moneyOf(present()).payouts.all().map(viewPayout),
    transfers: () => all("transfer", viewTransfer),
    charges: () => all("charge", viewCharge),
    setStatus(id, status, options = {}) {
      const world = present();
      const movement = moneyOf(world).movements.get(id);
      if (movement === undefined || isOver(movement)) {
        const what = movement?.status ?? "not there";
        throw new RangeError(`Cannot set status: "${id}" is ${what}, expected one under way`);
      }
      moveTo(world, movement, status, options);
    },
  };
}

function refuseNobody({ accounts }: World, id: string): void {
  const { platform, connected, customers } = accounts;
  if (id === platform.id || connected.has(id) || customers.has(id)) return;
  throw new RangeError(`Cannot change money: there is no account with the id "${id}"`);
}
