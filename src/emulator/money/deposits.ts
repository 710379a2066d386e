/**
 * Money from outside: a deposit enters the wallet when it is settled. When it is reversed, a second deposit
 * with the negative amount takes it out again.
 *
 * @see https://www.airwallex.com/docs/api/simulation/deposits
 */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  Deposit,
  DepositEventData,
  SimulatedDeposit,
  SimulationDepositCreateParams,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { parseUnits, toAmount } from "./amounts.js";
import { available, outside } from "./ledger.js";
import { type DepositRecord, expectIncoming, moneyOf } from "./money-store.js";

/** @throws Refusal if the owner has no such global account, or the amount is invalid. */
export function createDeposit(
  world: World,
  owner: AccountRecord,
  request: WithoutNulls<SimulationDepositCreateParams>,
): DepositRecord {
  const { ids, clock } = world;
  const { globalAccounts, deposits } = moneyOf(world);
  const account = globalAccounts.find(
    request.global_account_id,
    ({ accountId }) => accountId === owner.id,
  );
  if (account.status !== "ACTIVE") {
    throw invalidArgument("global_account_id", `the global account is ${account.status}`);
  }
  const { currency } = account;
  const units = parseUnits(request.amount, currency);
  if (!units) throw invalidArgument("amount", `expected an amount of ${currency}, more than 0`);
  const { status = "SETTLED", statement_ref } = request;
  if (statement_ref && deposits.all().some((one) => one.request.statement_ref === statement_ref)) {
    throw invalidArgument("statement_ref", "another deposit has it");
  }
  const createdAtMs = clock.nowMs();
  const deposit: DepositRecord = {
    ...{ id: ids.deposit(), account, request, units, createdAtMs },
    ...{ status: "PENDING", settledAtMs: undefined, isReversed: false },
  };
  deposits.add(deposit);
  expectIncoming(world, account.accountId, currency, units);
  if (status === "PENDING") deposits.changes.publish({ record: deposit, atMs: createdAtMs });
  else become(world, deposit, status);
  return deposit;
}

/** @throws Refusal if the owner has no such deposit, or it is not pending. */
export function moveDeposit(
  world: World,
  owner: AccountRecord,
  id: string,
  to: "SETTLED" | "REJECTED",
): void {
  const deposit = findDeposit(world, owner, id);
  if (deposit.status !== "PENDING") {
    throw wrongStatus(`cannot become ${to}: its status is ${deposit.status}, expected PENDING`, id);
  }
  become(world, deposit, to);
}

/**
 * Settles a second deposit with the negative amount; the first stays as it is.
 *
 * @throws Refusal if the owner has no such deposit, or it is not settled, or was reversed before.
 */
export function reverseDeposit(world: World, owner: AccountRecord, id: string): void {
  const deposit = findDeposit(world, owner, id);
  const { account, request, units, status, isReversed } = deposit;
  if (status !== "SETTLED" || isReversed || units < 0n) {
    const what = isReversed ? "it was reversed before" : `its status is ${status}`;
    throw wrongStatus(`cannot be reversed: ${what}, expected SETTLED`, id);
  }
  deposit.isReversed = true;
  const reversal: DepositRecord = {
    ...{ id: world.ids.deposit(), account, request: { ...request, statement_ref: undefined } },
    ...{ units: -units, createdAtMs: world.clock.nowMs() },
    ...{ status: "PENDING", settledAtMs: undefined, isReversed: false },
  };
  expectIncoming(world, account.accountId, account.currency, -units);
  // The balance goes below 0 if the money has been spent meanwhile.
  become(world, moneyOf(world).deposits.add(reversal), "SETTLED");
}

function findDeposit(world: World, owner: AccountRecord, id: string): DepositRecord {
  return moneyOf(world).deposits.find(id, ({ account }) => account.accountId === owner.id);
}

function wrongStatus(what: string, id: string): Refusal {
  return new Refusal(400, "invalid_status_for_operation", `Deposit [${id}] ${what}.`, {
    source: "status",
  });
}

function become(world: World, deposit: DepositRecord, to: "SETTLED" | "REJECTED"): void {
  const { account, units } = deposit;
  const atMs = world.clock.nowMs();
  if (deposit.status === "PENDING") {
    expectIncoming(world, account.accountId, account.currency, -units);
  }
  deposit.status = to;
  if (to === "SETTLED") {
    deposit.settledAtMs = atMs;
    post(world, deposit, units < 0n ? "DEPOSIT_REVERSAL" : "DEPOSIT", units, atMs);
  }
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
}

/** A deposit as the simulation returns it. */
export function viewSimulatedDeposit(deposit: DepositRecord, apiVersion: string): SimulatedDeposit {
  const { id, account, request, units, status, createdAtMs } = deposit;
  const { currency } = account;
  return {
    ...{ id, amount: toAmount(units, currency), currency, status },
    create_time: formatTimestamp(createdAtMs, apiVersion),
    deposit_type: "CREDIT",
    fee_amount: 0,
    payer_country: request.payer_country ?? null,
    payer_name: request.payer_name ?? null,
    reference: request.reference ?? null,
    statement_ref: request.statement_ref ?? null,
  };
}

/** A deposit as the API shows it. */
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

/** A deposit as events show it: when it was settled is in milliseconds, unlike every other time. */
export function viewDepositEvent(deposit: DepositRecord, apiVersion: string): DepositEventData {
  return { ...viewDeposit(deposit, apiVersion), settled_at: deposit.settledAtMs ?? null };
}
