/**
 * What a platform does to an account besides changing its data, and the statuses that allow it. A call in
 * any other status is refused with `invalid_argument`, of the codes that the API documents for these calls.
 */

import type { TermsAndConditions } from "../../generated/index.js";
import { findMissing, type MissingField } from "../../kyc/missing.js";
import {
  type AccountRecord,
  type AccountStatus,
  accountsOfEntity,
} from "../engine/account-record.js";
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

/**
 * Submits for review. An active individual whose contact was changed stays active, with the new contact.
 *
 * @throws Refusal if the status does not allow it, or naming every missing or invalid field.
 */
export function submit(world: World, record: AccountRecord): void {
  if (record.status === "ACTIVE" && record.newContact) {
    record.primaryContact = record.newContact;
    record.newContact = undefined;
    return;
  }
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

/**
 * Suspends every active account of the legal entity.
 *
 * @returns all accounts of the legal entity
 * @throws Refusal unless the account is active.
 */
export function suspend(
  world: World,
  record: AccountRecord,
  message?: string,
): readonly AccountRecord[] {
  expectStatus(record, ["ACTIVE"], "suspended");
  const all = accountsOfEntity(world.accounts, record);
  const suspension = { by: "PLATFORM", message, atMs: world.clock.nowMs() } as const;
  for (const account of all.filter(({ status }) => status === "ACTIVE")) {
    account.suspensions = [...account.suspensions, suspension];
    moveTo(world, account, "SUSPENDED");
  }
  return all;
}

/**
 * Reactivates every account of the legal entity that the platform suspended.
 *
 * @returns all accounts of the legal entity
 * @throws Refusal unless it was the platform that suspended the account.
 */
export function reactivate(
  world: World,
  record: AccountRecord,
  message?: string,
): readonly AccountRecord[] {
  expectStatus(record, ["SUSPENDED"], "reactivated");
  if (!isSuspendedByPlatform(record)) {
    throw wrongStatus(`Account [${record.id}] cannot be reactivated: Airwallex suspended it.`);
  }
  const all = accountsOfEntity(world.accounts, record);
  for (const account of all.filter(isSuspendedByPlatform)) {
    account.reactivation = { by: "PLATFORM", message, atMs: world.clock.nowMs() };
    moveTo(world, account, "ACTIVE");
  }
  return all;
}

function isSuspendedByPlatform({ status, suspensions }: AccountRecord): boolean {
  return status === "SUSPENDED" && suspensions.at(-1)?.by === "PLATFORM";
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
  return new Refusal(400, "invalid_argument", message);
}
