/**
 * Card transactions: authorised, captured or reversed, refunded. There are no cards and no limits, and
 * wallets stay as they are: a transaction holds what its caller sent.
 *
 * @see https://www.airwallex.com/docs/issuing/transactions/simulate-transactions-on-issued-cards
 */

import type {
  SimulationCardTransactionCaptureRequest,
  SimulationCardTransactionCreateRequest,
  SimulationCardTransactionRefundRequest,
  SimulationCardTransactionReverseRequest,
} from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { fieldRequired, invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { findObject, putObject } from "./objects.js";
import type { ProductObject } from "./record.js";

/** @throws Refusal without a card, or if the authorisation to add to is unknown or not open. */
export function payByCard(
  world: World,
  owner: AccountRecord,
  request: SimulationCardTransactionCreateRequest,
): ProductObject {
  const { single_phase, transaction_failure_reason: failure, transaction_id, ...card } = request;
  requireCard(card);
  if (transaction_id !== undefined) findOpen(world, owner, transaction_id);
  const done = failure === undefined && single_phase === true;
  return add(world, owner, done ? "CLEARING" : "AUTHORIZATION", {
    ...describe(card),
    status: failure === undefined ? (done ? "APPROVED" : "PENDING") : "FAILED",
    failure_reason: failure ?? null,
  });
}

/** Ends the authorisation, even if only part of it was captured. */
export function capture(
  world: World,
  owner: AccountRecord,
  id: string,
  { transaction_amount, merchant_info }: SimulationCardTransactionCaptureRequest,
): ProductObject {
  const open = findOpen(world, owner, id);
  const amount = readAmount(transaction_amount ?? open.members["transaction_amount"]);
  open.members["status"] = "APPROVED";
  return add(world, owner, "CLEARING", {
    ...same(open),
    ...(merchant_info !== undefined && { merchant: { name: merchant_info } }),
    ...{ transaction_amount: amount, status: "APPROVED" },
  });
}

/** The rest of a partly reversed authorisation stays open. */
export function reverse(
  world: World,
  owner: AccountRecord,
  id: string,
  { transaction_amount }: SimulationCardTransactionReverseRequest,
): ProductObject {
  const open = findOpen(world, owner, id);
  const all = Number(open.members["transaction_amount"] ?? 0);
  const amount = readAmount(transaction_amount ?? all);
  if (amount > all) {
    throw invalidArgument("transaction_amount", `expected at most ${all}, the amount authorised`);
  }
  if (amount < all) open.members["transaction_amount"] = all - amount;
  else open.members["status"] = "APPROVED";
  const parts = { transaction_amount: amount, status: "APPROVED" };
  return add(world, owner, "REVERSAL", { ...same(open), ...parts });
}

/** @throws Refusal for a transaction that was not captured. */
export function refund(
  world: World,
  owner: AccountRecord,
  { transaction_id, ...request }: SimulationCardTransactionRefundRequest,
): ProductObject {
  if (transaction_id === undefined) requireCard(request);
  else {
    const { members } = findObject(world, "card_transaction", transaction_id, owner);
    if (members["transaction_type"] !== "CLEARING") throw notOpen(transaction_id, "a captured one");
  }
  return add(world, owner, "REFUND", { ...describe(request), status: "APPROVED" });
}

type Described = Omit<SimulationCardTransactionRefundRequest, "transaction_id"> & {
  readonly auth_code?: string | undefined;
};

function describe({ merchant_category_code, merchant_info, card_number, ...rest }: Described) {
  return {
    ...rest,
    transaction_amount: readAmount(rest.transaction_amount),
    masked_card_number: card_number === undefined ? null : `************${card_number.slice(-4)}`,
    merchant: { name: merchant_info ?? null, category_code: merchant_category_code ?? null },
  };
}

/** What a transaction takes over from the one before it. */
function same({ members }: ProductObject): Record<string, unknown> {
  const { transaction_id: _, ...rest } = members;
  return rest;
}

function add(
  world: World,
  owner: AccountRecord,
  transaction_type: string,
  members: Record<string, unknown>,
): ProductObject {
  const now = formatTimestamp(world.clock.nowMs(), world.settings.apiVersion);
  const dates = {
    transaction_date: now,
    posted_date: members["status"] === "APPROVED" ? now : null,
  };
  const all = { ...members, ...dates, transaction_type };
  return putObject(world, "card_transaction", owner.id, all);
}

function requireCard({ card_id, card_number }: Described): void {
  if (card_id === undefined && card_number === undefined) throw fieldRequired("card_id");
}

function findOpen(world: World, owner: AccountRecord, id: string): ProductObject {
  const found = findObject(world, "card_transaction", id, owner);
  const { transaction_type, status } = found.members;
  if (transaction_type === "AUTHORIZATION" && status === "PENDING") return found;
  throw notOpen(id, "an authorisation that is PENDING");
}

function readAmount(amount: unknown): number {
  if (typeof amount === "number" && amount > 0) return amount;
  throw invalidArgument("transaction_amount", "expected more than 0");
}

function notOpen(id: string, expected: string): Refusal {
  return new Refusal(
    400,
    "invalid_status_for_operation",
    `Card transaction [${id}] is in the wrong status, expected ${expected}.`,
    { source: "status" },
  );
}
