/**
 * What banks and shoppers do to payouts, linked accounts and payments.
 *
 * @see https://www.airwallex.com/docs/developer-tools/sandbox-environment
 */

import type {
  PayoutFailureTypeInput,
  SimulationDisputeCreateRequest,
  SimulationDisputeEscalateRequest,
} from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { expectStatus, moveObject, touch } from "./objects.js";
import type { ProductObject } from "./record.js";

/** The statuses that may come before each status of a payout. */
const payoutComesFrom: Readonly<Record<string, readonly string[]>> = {
  OVERDUE: ["SCHEDULED"],
  PROCESSING: ["SCHEDULED", "OVERDUE"],
  SENT: ["PROCESSING"],
  PAID: ["SENT"],
  FAILED: ["SCHEDULED", "OVERDUE", "PROCESSING", "SENT"],
  CANCELLED: ["SCHEDULED", "OVERDUE", "PROCESSING"],
};

export interface Transition {
  readonly next_status: string;
  readonly failure_type?: PayoutFailureTypeInput | undefined;
}

export function transitionPayout(world: World, payout: ProductObject, next: Transition): void {
  const from = payoutComesFrom[next.next_status] ?? [];
  moveObject(world, payout, { to: next.next_status, from, more: failureOf(next) });
}

const ends: readonly unknown[] = ["PAID", "FAILED", "CANCELLED"];

/** The older statuses are not documented, so any may follow any other, except after a final one. */
export function transitionPayment(world: World, payment: ProductObject, next: Transition): void {
  const present = payment.members["status"];
  const from = ends.includes(present) || present === next.next_status ? [] : [String(present)];
  moveObject(world, payment, { to: next.next_status, from, more: failureOf(next) });
}

function failureOf({ next_status, failure_type = "OTHER" }: Transition) {
  return next_status === "FAILED" ? { failure_type } : {};
}

/** @throws Refusal for a mandate in the wrong status. */
export function moveMandate(linked: ProductObject, to: string, from: readonly string[]): void {
  const mandate = linked.members["mandate"] as { status?: string } | undefined;
  expectStatus(linked, mandate?.status, from, to);
  linked.members["mandate"] = { ...mandate, status: to };
}

export function failMicrodeposits(world: World, linked: ProductObject): void {
  const from = ["REQUIRES_ACTION", "PROCESSING"];
  moveObject(world, linked, { to: "FAILED", from, more: { reason: "VERIFICATION_FAILED" } });
}

const shopperActions: readonly string[] = ["pay", "reject", "verify"];

/** There is no payment to change, so this only refuses invalid requests. */
export function checkShopperAction(action: string, url: string): void {
  if (!shopperActions.includes(action)) {
    throw new Refusal(400, "operation_not_supported", `The action [${action}] is not supported.`);
  }
  if (!URL.canParse(url)) {
    throw new Refusal(400, "validation_error", "field [url] is invalid: expected a URL.", {
      source: "url",
    });
  }
}

/** The members of a dispute about any payment. */
export function describeDispute(world: World, request: SimulationDisputeCreateRequest) {
  const { reason_code, comment, documents, ...rest } = request;
  const created_at = formatTimestamp(world.clock.nowMs(), world.settings.apiVersion);
  return {
    ...rest,
    reason: { original_code: reason_code },
    issuer_comment: comment ?? null,
    issuer_documents: documents ?? [],
    ...{ created_at, updated_at: created_at },
  };
}

/** The stage that follows each stage of a dispute. */
const nextStage: Readonly<Record<string, string | undefined>> = {
  RFI: "CHARGEBACK",
  PRE_CHARGEBACK: "CHARGEBACK",
  CHARGEBACK: "PRE_ARBITRATION",
};

/** @throws Refusal if it is decided, or in its last stage. */
export function escalateDispute(
  world: World,
  dispute: ProductObject,
  { amount, comment, documents, due_at }: SimulationDisputeEscalateRequest,
): void {
  const { members } = dispute;
  expectOpen(dispute, "escalated");
  const stage = nextStage[String(members["stage"])];
  if (stage === undefined) {
    throw wrong(dispute, `it is in its last stage, ${String(members["stage"])}`, "escalated");
  }
  Object.assign(members, { stage, due_at, status: "REQUIRES_RESPONSE" });
  if (amount !== undefined) members["amount"] = amount;
  if (comment !== undefined) members["issuer_comment"] = comment;
  if (documents !== undefined) members["issuer_documents"] = documents;
  touch(world, dispute);
}

export function resolveDispute(
  world: World,
  dispute: ProductObject,
  { in_favor_of, amount }: { readonly in_favor_of: string; readonly amount?: number | undefined },
): void {
  expectOpen(dispute, "resolved");
  dispute.members["status"] = in_favor_of === "MERCHANT" ? "WON" : "LOST";
  if (amount !== undefined) dispute.members["amount"] = amount;
  touch(world, dispute);
}

const decided: readonly unknown[] = ["WON", "LOST", "REVERSED", "ACCEPTED", "EXPIRED"];

function expectOpen(dispute: ProductObject, done: string): void {
  const status = dispute.members["status"];
  if (decided.includes(status)) throw wrong(dispute, `its status is ${String(status)}`, done);
}

function wrong({ id }: ProductObject, what: string, done: string): Refusal {
  return new Refusal(
    400,
    "invalid_status_for_operation",
    `Payment dispute [${id}] cannot be ${done}: ${what}.`,
    { source: "status" },
  );
}
