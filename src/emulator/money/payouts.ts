/**
 * Payouts, which the API calls transfers: the money leaves what can be spent when one is created, leaves
 * the wallet when it is paid, and comes back when it fails or is cancelled.
 *
 * @see https://www.airwallex.com/docs/api/payouts/transfers
 */

import { entryOf, type WithoutNulls } from "../../checks/values.js";
import type {
  PayoutCreateRequest,
  SimulationTransferTransitionParams,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { dayMs } from "../engine/duration.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { payoutFees } from "./application-fees.js";
import { validateBeneficiary } from "./beneficiaries.js";
import { available, type Line, outside, reserved } from "./ledger.js";
import {
  type BeneficiaryRecord,
  moneyOf,
  type PayoutRecord,
  type PayoutStatus,
  requestKey,
  spendable,
} from "./money-store.js";
import { useQuote } from "./quotes.js";
import { type Priced, price } from "./rates.js";

/** How long a `request_id` is known. */
const sevenDaysMs = 7 * dayMs;

/** The statuses that may come before each status of a payout. */
const comesFrom: Readonly<Record<string, readonly PayoutStatus[]>> = {
  OVERDUE: ["SCHEDULED"],
  PROCESSING: ["SCHEDULED", "OVERDUE"],
  SENT: ["PROCESSING"],
  PAID: ["SENT"],
  FAILED: ["SCHEDULED", "OVERDUE", "PROCESSING", "SENT"],
  CANCELLED: ["SCHEDULED", "OVERDUE", "PROCESSING"],
};

/** What the clock does to a payout, and how long after the step before. */
const steps: Readonly<Record<string, { readonly to: PayoutStatus; readonly afterMs: number }>> = {
  SCHEDULED: { to: "PROCESSING", afterMs: 60_000 },
  PROCESSING: { to: "SENT", afterMs: 5 * 60_000 },
  SENT: { to: "PAID", afterMs: 60 * 60_000 },
};

/** @throws Refusal with the documented code. */
export function createPayout(
  world: World,
  owner: AccountRecord,
  request: WithoutNulls<PayoutCreateRequest>,
): PayoutRecord {
  refuseUsedId(world, owner, request.request_id);
  const { beneficiary, priced, fees } = checkPayout(world, owner, request);
  const { ids, clock } = world;
  const { payouts, open } = moneyOf(world);
  const createdAtMs = clock.nowMs();
  const payout = payouts.add({
    ...{ id: ids.payout(), sequence: payouts.added + 1, accountId: owner.id, request },
    shortReferenceId: ids.shortReference("P"),
    ...{ beneficiary, priced, fees, createdAtMs, updatedAtMs: createdAtMs },
    ...{ status: "SCHEDULED", failureType: undefined, cancelStep: undefined },
  });
  open.add(payout.id);
  const units = cost(payout);
  const currency = priced.sellCurrency;
  post(world, payout, createdAtMs, [
    { book: available(owner.id), currency, units: -units, type: "PAYOUT" },
    { book: reserved(owner.id), currency, units },
  ]);
  payouts.changes.publish({ record: payout, atMs: createdAtMs });
  scheduleStep(world, payout, createdAtMs);
  return payout;
}

interface Checked {
  readonly beneficiary: PayoutRecord["beneficiary"];
  readonly priced: Priced;
  readonly fees: PayoutRecord["fees"];
}

/** What `validate` checks. @throws Refusal with the documented code. */
export function checkPayout(
  world: World,
  owner: AccountRecord,
  request: Omit<WithoutNulls<PayoutCreateRequest>, "request_id">,
): Checked {
  if (owner.status !== "ACTIVE") {
    throw new Refusal(400, "payer_unsupported", "The account that pays is not active.");
  }
  const beneficiary = beneficiaryOf(world, owner, request);
  const priced = priceOf(world, owner, request);
  const fees = payoutFees(request, priced.sellCurrency, priced.sellUnits);
  const units = cost({ priced, fees });
  if (spendable(world, owner.id, priced.sellCurrency) < units) {
    const message = "The wallet holds too little of the source currency.";
    throw new Refusal(400, "balance_insufficient", message, { source: "source_amount" });
  }
  return { beneficiary, priced, fees };
}

function beneficiaryOf(
  world: World,
  owner: AccountRecord,
  {
    beneficiary_id,
    beneficiary,
    transfer_method,
  }: Omit<WithoutNulls<PayoutCreateRequest>, "request_id">,
): PayoutRecord["beneficiary"] {
  if ((beneficiary_id === undefined) === (beneficiary === undefined)) {
    throw validation("beneficiary_id", "Give either beneficiary or beneficiary_id.");
  }
  if (beneficiary !== undefined) {
    validateBeneficiary({ beneficiary, transfer_methods: [transfer_method ?? "LOCAL"] });
    return beneficiary;
  }
  const saved: BeneficiaryRecord | undefined = moneyOf(world).beneficiaries.get(
    beneficiary_id ?? "",
  );
  if (saved?.accountId === owner.id) return saved.details.beneficiary;
  throw validation("beneficiary_id", "There is no such beneficiary.");
}

function priceOf(
  world: World,
  owner: AccountRecord,
  request: Omit<WithoutNulls<PayoutCreateRequest>, "request_id">,
): Priced {
  const { source_amount, transfer_amount, transfer_currency: buy, quote_id } = request;
  const sell = request.source_currency ?? buy;
  if ((source_amount === undefined) === (transfer_amount === undefined)) {
    throw validation("transfer_amount", "Give either source_amount or transfer_amount.");
  }
  const currencies = { sell, buy };
  const quote = quote_id === undefined ? undefined : useQuote(world, owner, quote_id, currencies);
  const wanted = {
    ...{ sell_currency: sell, buy_currency: buy },
    ...{ sell_amount: source_amount, buy_amount: transfer_amount },
  };
  return price(world, wanted, quote?.markupPoints ?? 0n, quote?.priced);
}

const validation = (source: string, message: string): Refusal =>
  new Refusal(400, "validation_failed", message, { source, details: { errors: [{ source }] } });

/** What a payout takes out of the wallet, fees included. */
const cost = ({ priced, fees }: Pick<PayoutRecord, "priced" | "fees">): bigint =>
  fees.reduce((sum, { units }) => sum + units, priced.sellUnits);

/** @throws Refusal if the account has used the id in the last seven days. */
function refuseUsedId(world: World, owner: AccountRecord, requestId: string): void {
  const sinceMs = world.clock.nowMs() - sevenDaysMs;
  const last = moneyOf(world).payouts.withKey(requestKey(owner.id, requestId));
  if (last === undefined || last.createdAtMs <= sinceMs) return;
  const message = "A transfer with this request_id was created before.";
  throw new Refusal(400, "request_id_duplicate", message, { source: "request_id" });
}

/** @throws Refusal if the owner has no such payout, or its status does not allow the change. */
export function transitionPayout(
  world: World,
  owner: AccountRecord,
  id: string,
  { next_status: to, failure_type = "OTHER" }: WithoutNulls<SimulationTransferTransitionParams>,
): PayoutRecord {
  const payout = findPayout(world, owner, id);
  const from = entryOf(comesFrom, to) ?? [];
  if (!from.includes(payout.status)) {
    throw new Refusal(
      400,
      "invalid_status_for_operation",
      `Transfer [${id}] cannot become ${to}: its status is ${payout.status}, expected ${from.join(" or ")}.`,
      { source: "status" },
    );
  }
  if (to === "FAILED") payout.failureType = failure_type;
  become(world, payout, to as PayoutStatus, world.clock.nowMs());
  return payout;
}

/** @throws Refusal if the owner has no such payout, or it is too late. */
export function cancelPayout(world: World, owner: AccountRecord, id: string): PayoutRecord {
  const payout = findPayout(world, owner, id);
  if (payout.status === "CANCELLED") return payout;
  if (!comesFrom["CANCELLED"]?.includes(payout.status)) {
    const message = `Transfer [${id}] cannot be cancelled: its status is ${payout.status}.`;
    throw new Refusal(400, "update_unsupported", message, { source: "status" });
  }
  become(world, payout, "CANCELLED", world.clock.nowMs());
  return payout;
}

export const findPayout = (world: World, owner: AccountRecord, id: string): PayoutRecord =>
  moneyOf(world).payouts.find(id, ({ accountId }) => accountId === owner.id);

const isOver = (status: PayoutStatus): boolean => !(status in steps) && status !== "OVERDUE";

/** The only place where the status of a payout changes. */
function become(world: World, payout: PayoutRecord, to: PayoutStatus, atMs: number): void {
  payout.cancelStep?.();
  payout.cancelStep = undefined;
  payout.status = to;
  payout.updatedAtMs = atMs;
  if (isOver(to)) moneyOf(world).open.delete(payout.id);
  if (to === "PAID") pay(world, payout, atMs);
  if (to === "FAILED" || to === "CANCELLED") giveBack(world, payout, atMs);
  moneyOf(world).payouts.changes.publish({ record: payout, atMs });
  scheduleStep(world, payout, atMs);
}

function scheduleStep(world: World, payout: PayoutRecord, fromMs: number): void {
  const step = steps[payout.status];
  if (step === undefined || world.settings.settleAfterMs === false) return;
  payout.cancelStep = world.clock.schedule(fromMs + step.afterMs, (atMs) => {
    become(world, payout, step.to, atMs);
  });
}

function pay(world: World, payout: PayoutRecord, atMs: number): void {
  const { accountId, priced, fees } = payout;
  const { sellCurrency: currency, sellUnits } = priced;
  const platform = available(world.accounts.platform.id);
  post(world, payout, atMs, [
    { book: reserved(accountId), currency, units: -cost(payout) },
    { book: outside, currency, units: sellUnits },
    ...fees.map(({ units }) => ({ book: platform, currency, units, type: "FEE" })),
  ]);
}

function giveBack(world: World, payout: PayoutRecord, atMs: number): void {
  const { accountId, priced, status } = payout;
  const { sellCurrency: currency } = priced;
  const units = cost(payout);
  const type = status === "FAILED" ? "PAYOUT_FAILURE" : "PAYOUT_REVERSAL";
  post(world, payout, atMs, [
    { book: reserved(accountId), currency, units: -units },
    { book: available(accountId), currency, units, type },
  ]);
}

function post(world: World, payout: PayoutRecord, atMs: number, lines: readonly Line[]): void {
  const { id, request } = payout;
  const source = { id, type: "PAYOUT", description: request.reference };
  moneyOf(world).ledger.post(source, atMs, lines);
}

/** @throws Refusal: no funding of the emulator waits for a confirmation. */
export function confirmFunding(world: World, owner: AccountRecord, id: string): never {
  findPayout(world, owner, id);
  throw new Refusal(400, "update_unsupported", `Transfer [${id}] does not wait for confirmation.`);
}
