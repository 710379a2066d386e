/** What a platform does to an account besides changing its data, and the statuses that allow it. */

import type { TermsAndConditions } from "../../generated/index.js";
import { findMissing, type MissingField } from "../../kyc/missing.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import {
  type FieldProblem,
  invalidProblem,
  Refusal,
  refuseFields,
  requiredProblem,
} from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { moveTo } from "./account-status.js";
import { scheduleReview, settle } from "./review.js";

/** @throws Refusal if the status does not allow it, or naming every missing or invalid field. */
export function submit(world: World, record: AccountRecord): void {
  expectStatus(record, ["CREATED", "ACTION_REQUIRED"], "submitted");
  const { deferredIdentityVerification } = world.settings;
  const missing = findMissing(
    { account_details: record.details },
    { deferredIdentityVerification },
  );
  const [first, ...rest] = missing.map(toProblem);
  if (first) throw refuseFields([first, ...rest]);
  moveTo(world, record, "SUBMITTED");
  scheduleReview(world, record);
}

function toProblem({ path, code, reason }: MissingField): FieldProblem {
  return code === "field_required" ? requiredProblem(path) : invalidProblem(path, reason);
}

/** @throws Refusal unless the account is active. */
export function suspend(world: World, record: AccountRecord): void {
  expectStatus(record, ["ACTIVE"], "suspended");
  record.suspensions = [...record.suspensions, { by: "PLATFORM", atMs: world.clock.nowMs() }];
  moveTo(world, record, "SUSPENDED");
}

/** @throws Refusal unless it was the platform that suspended the account. */
export function reactivate(world: World, record: AccountRecord): void {
  expectStatus(record, ["SUSPENDED"], "reactivated");
  if (record.suspensions.at(-1)?.by !== "PLATFORM") {
    throw wrongStatus(`Account [${record.id}] cannot be reactivated: Airwallex suspended it.`);
  }
  record.reactivation = { by: "PLATFORM", atMs: world.clock.nowMs() };
  moveTo(world, record, "ACTIVE");
}

/** Records that the customer agreed, which may be all that the account was waiting for. */
export function agreeToTerms(
  world: World,
  record: AccountRecord,
  terms: TermsAndConditions,
  apiVersion: string,
): void {
  const agreed_at = formatTimestamp(world.clock.nowMs(), apiVersion);
  record.agreements = {
    ...record.agreements,
    agreed_to_terms_and_conditions: true,
    terms_and_conditions: { ...record.agreements.terms_and_conditions, agreed_at, ...terms },
  };
  settle(world, record, "agreement_to_terms_and_conditions_required");
}

/** Records that the owner of a business account approved the connection. */
export function approveConnection(world: World, record: AccountRecord): void {
  record.ownerApproved = true;
  settle(world, record, "other");
}

function expectStatus(
  { id, status }: AccountRecord,
  allowed: readonly AccountStatus[],
  done: string,
): void {
  if (allowed.includes(status)) return;
  throw wrongStatus(
    `Account [${id}] cannot be ${done}: its status is ${status}, expected ${allowed.join(" or ")}.`,
  );
}

function wrongStatus(message: string): Refusal {
  return new Refusal(400, "invalid_status_for_operation", message, { source: "status" });
}
