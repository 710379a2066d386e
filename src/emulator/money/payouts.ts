/**
 * Payouts. The emulator does not make them: tests put them in, and simulations move them along. No wallet
 * changes.
 *
 * @see https://www.airwallex.com/docs/api/simulation/transfers/transition
 */

import { entryOf } from "../../checks/values.js";
import type { SimulatedPayout, SimulationTransferTransitionParams } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { moneyOf, type Payout } from "./money-store.js";

/** The statuses that may come before each status of a payout. */
const comesFrom: Readonly<Record<string, readonly string[]>> = {
  OVERDUE: ["SCHEDULED"],
  PROCESSING: ["SCHEDULED", "OVERDUE"],
  SENT: ["PROCESSING"],
  PAID: ["SENT"],
  FAILED: ["SCHEDULED", "OVERDUE", "PROCESSING", "SENT"],
  CANCELLED: ["SCHEDULED", "OVERDUE", "PROCESSING"],
};

/** Adds a payout, or replaces the one with its id. What it lacks is made up. */
export function putPayout(
  world: World,
  accountId: string,
  members: Readonly<Record<string, unknown>>,
): Payout {
  const id = String(members["id"] ?? world.ids.prefixed("transfer"));
  const payout = { id, accountId, members: structuredClone({ ...sample(world), ...members, id }) };
  return moneyOf(world).payouts.add(payout);
}

/** A hundred dollars for somebody, on the way today. */
function sample({ ids, clock, settings }: World): Omit<SimulatedPayout, "id"> {
  const now = formatTimestamp(clock.nowMs(), settings.apiVersion);
  const amounts = { amount_beneficiary_receives: 100, amount_payer_pays: 100, fee_amount: 0 };
  return {
    ...amounts,
    beneficiary: { type: "BANK_ACCOUNT", entity_type: "COMPANY", company_name: "Grace Hopper Ltd" },
    ...{ fee_currency: "USD", fee_paid_by: "PAYER", funding: { status: "FUNDED" } },
    payer: {
      entity_type: "COMPANY",
      company_name: "Ada Lovelace Ltd",
      address: { country_code: "GB" },
    },
    ...{ reason: "business_expenses", reference: "Payout", request_id: ids.request() },
    short_reference_id: ids.shortReference("P"),
    ...{ source_amount: 100, source_currency: "USD", status: "SCHEDULED" },
    ...{ transfer_amount: 100, transfer_currency: "USD", transfer_method: "LOCAL" },
    ...{ transfer_date: now.slice(0, 10), created_at: now, updated_at: now },
  };
}

/** @throws Refusal if the owner has no such payout, or its status does not allow the change. */
export function transitionPayout(
  world: World,
  owner: AccountRecord,
  id: string,
  { next_status: to, failure_type = "OTHER" }: SimulationTransferTransitionParams,
): Payout {
  const { payouts } = moneyOf(world);
  const payout = payouts.find(id, ({ accountId }) => accountId === owner.id);
  const { members } = payout;
  const from = entryOf(comesFrom, to) ?? [];
  if (!from.some((one) => one === members["status"])) {
    throw new Refusal(
      400,
      "invalid_status_for_operation",
      `Transfer [${id}] cannot become ${to}: its status is ${String(members["status"])}, expected ${from.join(" or ")}.`,
      { source: "status" },
    );
  }
  const atMs = world.clock.nowMs();
  const updated_at = formatTimestamp(atMs, world.settings.apiVersion);
  Object.assign(members, { status: to, updated_at }, to === "FAILED" && { failure_type });
  payouts.changes.publish({ record: payout, atMs });
  return payout;
}

/** Payouts hold whatever tests have put into them, besides id and status. */
export function viewPayout({ members }: Payout): SimulatedPayout {
  return structuredClone(members) as Record<string, unknown> & SimulatedPayout;
}
