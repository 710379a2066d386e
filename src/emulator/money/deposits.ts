/**
 * Money from outside: a deposit enters the wallet when it is settled, and leaves it when it is reversed.
 *
 * @see https://www.airwallex.com/docs/api/simulation/deposits
 */

import type {
  Deposit,
  DepositStatus,
  SimulatedDeposit,
  SimulationDepositCreateParams,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { parseUnits, toAmount } from "./amounts.js";
import { fundConversions } from "./conversions.js";
import { available, outside } from "./ledger.js";
import { type DepositRecord, expect, moneyOf } from "./money-store.js";

/** The status that must come before each status of a deposit. */
const comesFrom: Readonly<Record<string, DepositStatus | undefined>> = {
  SETTLED: "PENDING",
  REJECTED: "PENDING",
  REVERSED: "SETTLED",
};

/** @throws Refusal if the owner has no such global account, or the amount is invalid. */
export function createDeposit(
  world: World,
  owner: AccountRecord,
  request: SimulationDepositCreateParams,
): DepositRecord {
  const { ids, clock } = world;
  const { globalAccounts, deposits } = moneyOf(world);
  const account = globalAccounts.find(
    request.global_account_id,
    ({ accountId }) => accountId === owner.id,
  );
  if (account.status !== "ACTIVE") {
    throw invalidArgument("global_account_id", "the global account is closed");
  }
  const { currency } = account;
  const units = parseUnits(request.amount, currency);
  if (!units) throw invalidArgument("amount", `expected an amount of ${currency}, more than 0`);
  const createdAtMs = clock.nowMs();
  const deposit: DepositRecord = {
    ...{ id: ids.deposit(), account, request, units, createdAtMs },
    status: "PENDING",
    settledAtMs: undefined,
  };
  deposits.add(deposit);
  expect(world, account.accountId, currency, units);
  const { status = "SETTLED" } = request;
  if (status === "PENDING") deposits.changes.publish({ record: deposit, atMs: createdAtMs });
  else become(world, deposit, status);
  return deposit;
}

/** @throws Refusal if the owner has no such deposit, or its status does not allow the change. */
export function moveDeposit(
  world: World,
  owner: AccountRecord,
  id: string,
  to: DepositStatus,
): void {
  const deposit = moneyOf(world).deposits.find(id, ({ account }) => account.accountId === owner.id);
  if (deposit.status !== comesFrom[to]) {
    throw new Refusal(
      400,
      "invalid_status_for_operation",
      `Deposit [${id}] cannot become ${to}: its status is ${deposit.status}, expected ${comesFrom[to]}.`,
      { source: "status" },
    );
  }
  become(world, deposit, to);
}

function become(world: World, deposit: DepositRecord, to: DepositStatus): void {
  const { account, units } = deposit;
  const atMs = world.clock.nowMs();
  if (deposit.status === "PENDING") {
    expect(world, account.accountId, account.currency, -units);
  }
  deposit.status = to;
  if (to === "SETTLED") deposit.settledAtMs = atMs;
  // After a reversal the balance is below 0 if the money has been spent meanwhile.
  if (to === "SETTLED") post(world, deposit, "DEPOSIT", units, atMs);
  if (to === "REVERSED") post(world, deposit, "DEPOSIT_REVERSAL", -units, atMs);
  moneyOf(world).deposits.changes.publish({ record: deposit, atMs });
}

function post(world: World, deposit: DepositRecord, type: string, units: bigint, atMs: number) {
  const { id, account, request } = deposit;
  const { accountId, currency } = account;
  const source = { id, type: "DEPOSIT", description: request.reference };
  moneyOf(world).ledger.post(source, atMs, [
    { book: outside, currency, units: -units },
    { book: available(accountId), currency, units, type },
  ]);
  fundConversions(world, accountId, currency);
}

/** A deposit as the simulation returns it. */
export function viewSimulatedDeposit(deposit: DepositRecord, apiVersion: string): SimulatedDeposit {
  const { id, account, request, units, status, createdAtMs } = deposit;
  const { currency } = account;
  return {
    ...{ id, amount: toAmount(units, currency), currency, status },
    create_time: formatTimestamp(createdAtMs, apiVersion),
    fee_amount: 0,
    payer_country: request.payer_country ?? null,
    payer_name: request.payer_name ?? null,
    reference: request.reference ?? null,
    statement_ref: request.statement_ref ?? null,
  };
}

/** A deposit as events show it. */
export function viewDeposit(deposit: DepositRecord, apiVersion: string): Deposit {
  const { id, account, request, units, status, createdAtMs, settledAtMs } = deposit;
  const { payer_name, payer_country, reference } = request;
  return {
    ...{ id, type: "BANK_TRANSFER", status, currency: account.currency },
    amount: toAmount(units, account.currency),
    created_at: formatTimestamp(createdAtMs, apiVersion),
    global_account_id: account.id,
    payer: { name: payer_name ?? null, country_code: payer_country ?? null },
    reference: reference ?? null,
    settled_at: settledAtMs === undefined ? null : formatTimestamp(settledAtMs, apiVersion),
  };
}
