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
import { isDate } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
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
import { invalidPayout, type PricedPayout, pricePayout } from "./payout-price.js";
import { dayOf } from "./quotes.js";

/** How long a `request_id` is known. */
const sevenDaysMs = 7 * dayMs;

/** The statuses that may come before each status of a payout. */
const comesFrom: Readonly<Record<string, readonly PayoutStatus[]>> = {
  OVERDUE: ["SCHEDULED"],
  PROCESSING: ["SCHEDULED", "OVERDUE"],
  SENT: ["PROCESSING"],
  PAID: ["SENT"],
  FAILED: ["SCHEDULED", "OVERDUE", "PROCESSING", "SENT", "PAID"],
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
  const { beneficiary, quote, priced, fees } = checkPayout(world, owner, request);
  if (quote) quote.used = true;
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

interface Checked extends PricedPayout {
  readonly beneficiary: PayoutRecord["beneficiary"];
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
  const { transfer_date: day } = request;
  if (day !== undefined && !(isDate(day) && day >= dayOf(world.clock.nowMs()))) {
    const message = "The day of a payout is a date, today or later.";
    throw new Refusal(400, "transfer_date_invalid", message, { source: "transfer_date" });
  }
  const { quote, priced, fees } = pricePayout(world, owner, request);
  const units = cost({ priced, fees });
  if (spendable(world, owner.id, priced.sellCurrency) < units) {
    const message = "The wallet holds too little of the source currency.";
    throw new Refusal(400, "balance_insufficient", message, { source: "source_amount" });
  }
  return { beneficiary, quote, priced, fees };
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
    throw invalidPayout("beneficiary_id", "Give either beneficiary or beneficiary_id.");
  }
  if (beneficiary !== undefined) {
    validateBeneficiary({ beneficiary, transfer_methods: [transfer_method ?? "LOCAL"] });
    return beneficiary;
  }
  const saved: BeneficiaryRecord | undefined = moneyOf(world).beneficiaries.get(
    beneficiary_id ?? "",
  );
  if (saved?.accountId === owner.id) return saved.details.beneficiary;
  throw invalidPayout("beneficiary_id", "There is no such beneficiary.");
}

/** What a payout takes out of the wallet: what is sent, and fees on top. A markup is part of what is sent. */
const cost = ({ priced, fees }: Pick<PayoutRecord, "priced" | "fees">): bigint =>
  fees
    .filter(({ source }) => source === "TRANSFER")
    .reduce((sum, { units }) => sum + units, priced.sellUnits);

/** @throws Refusal if the account has used the id in the last seven days. */
function refuseUsedId(world: World, owner: AccountRecord, requestId: string): void {
  const sinceMs = world.clock.nowMs() - sevenDaysMs;
  const last = moneyOf(world).payouts.withKey(requestKey(owner.id, requestId));
  if (last === undefined || last.createdAtMs <= sinceMs) return;
  const message = "A transfer with this request_id was created before.";
  throw new Refusal(400, "request_id_duplicate", message, { source: "request_id" });
}

/** The statuses that a payout may have next. */
export const nextStatuses = ({ status }: PayoutRecord): readonly string[] =>
  Object.keys(comesFrom).filter((next) => comesFrom[next]?.includes(status));

/** @throws Refusal if the status of the payout does not allow the change. */
export function transitionPayout(
  world: World,
  payout: PayoutRecord,
  { next_status: to, failure_type = "OTHER" }: WithoutNulls<SimulationTransferTransitionParams>,
): void {
  const { id, status } = payout;
  const from = entryOf(comesFrom, to) ?? [];
  if (!from.includes(status)) {
    const message = `Transfer [${id}] cannot become ${to}: its status is ${status}, expected ${from.join(" or ")}.`;
    throw new Refusal(400, "invalid_status_for_operation", message, { source: "status" });
  }
  if (to === "FAILED") payout.failureType = failure_type;
  become(world, payout, to as PayoutStatus, world.clock.nowMs());
}

/** @throws Refusal if the owner has no such payout, or it is too late. */
export function cancelPayout(world: World, owner: AccountRecord, id: string): PayoutRecord {
  const payout = findForUpdate(world, owner, id);
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

/** @throws Refusal with the code that the API has for it where it changes a payout. */
function findForUpdate(world: World, owner: AccountRecord, id: string): PayoutRecord {
  const found = moneyOf(world).payouts.get(id);
  if (found?.accountId === owner.id) return found;
  throw new Refusal(400, "transfer_not_found", `Transfer [${id}] was not found.`);
}

const isOver = (status: PayoutStatus): boolean => !(status in steps) && status !== "OVERDUE";

/** The only place where the status of a payout changes. */
function become(world: World, payout: PayoutRecord, to: PayoutStatus, atMs: number): void {
  payout.cancelStep?.();
  payout.cancelStep = undefined;
  const from = payout.status;
  payout.status = to;
  payout.updatedAtMs = atMs;
  if (isOver(to)) moneyOf(world).open.delete(payout.id);
  if (to === "PAID") postPayment(world, payout, atMs);
  else if (from === "PAID") postReturn(world, payout, atMs);
  else if (to === "FAILED" || to === "CANCELLED") postRelease(world, payout, atMs);
  moneyOf(world).payouts.changes.publish({ record: payout, atMs });
  scheduleStep(world, payout, atMs);
}

function scheduleStep(world: World, payout: PayoutRecord, fromMs: number): void {
  const step = steps[payout.status];
  if (step === undefined || world.settings.settleAfterMs === false) return;
  const { transfer_date } = payout.request;
  const firstMs = transfer_date === undefined ? fromMs : Date.parse(`${transfer_date}T00:00:00Z`);
  payout.cancelStep = world.clock.schedule(Math.max(fromMs, firstMs) + step.afterMs, (atMs) => {
    become(world, payout, step.to, atMs);
  });
}

function postPayment(world: World, payout: PayoutRecord, atMs: number): void {
  const { accountId, priced, fees } = payout;
  const { sellCurrency: currency, sellUnits } = priced;
  const platform = available(world.accounts.platform.id);
  const markups = fees.filter(({ source }) => source === "CONVERSION");
  post(world, payout, atMs, [
    { book: reserved(accountId), currency, units: -cost(payout) },
    { book: outside, currency, units: sellUnits },
    ...markups.map((fee) => ({ book: outside, currency: fee.currency, units: -fee.units })),
    ...fees.map((fee) => ({ ...fee, book: platform, type: "FEE" })),
  ]);
}

/** The bank of the beneficiary returns a payout after it was paid. The platform keeps its fees. */
function postReturn(world: World, payout: PayoutRecord, atMs: number): void {
  const { accountId, priced } = payout;
  const { sellCurrency: currency, sellUnits: units } = priced;
  post(world, payout, atMs, [
    { book: outside, currency, units: -units },
    { book: available(accountId), currency, units, type: "PAYOUT_FAILURE" },
  ]);
}

function postRelease(world: World, payout: PayoutRecord, atMs: number): void {
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
  findForUpdate(world, owner, id);
  throw new Refusal(400, "update_unsupported", `Transfer [${id}] does not wait for confirmation.`);
}
