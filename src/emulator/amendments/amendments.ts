/**
 * Changes to verified accounts.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts
 */

import type { Amendment, AmendmentCreateRequest } from "../../generated/index.js";
import { merge } from "../accounts/merge-details.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import { fieldRequired, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { type AmendmentRecord, type AmendmentStatus, amendmentsOf } from "./amendment-record.js";

/** Statuses of verified accounts that may still change. */
const verified: readonly AccountStatus[] = ["ACTIVE", "DORMANT"];

/** @throws Refusal if the account is not verified, or the member that the target names is missing. */
export function createAmendment(
  world: World,
  account: AccountRecord,
  request: AmendmentCreateRequest,
): AmendmentRecord {
  if (!verified.includes(account.status)) {
    throw new Refusal(
      400,
      "invalid_argument",
      `Account [${account.id}] cannot be amended: its status is ${account.status}, expected ACTIVE.`,
    );
  }
  const change = onlyTarget(request);
  const id = world.ids.prefixed("amd");
  const status = "PENDING";
  const record: AmendmentRecord = { id, account, change, status, cancelReview: undefined };
  amendmentsOf(world).add(record);
  scheduleReview(world, record);
  return record;
}

function onlyTarget(request: AmendmentCreateRequest): AmendmentCreateRequest {
  const { target, primary_contact, store_details } = request;
  if (target === "primary_contact") {
    if (primary_contact === undefined) throw fieldRequired("primary_contact");
    return { target, primary_contact };
  }
  if (store_details === undefined) throw fieldRequired("store_details");
  return { target, store_details };
}

function scheduleReview(world: World, record: AmendmentRecord): void {
  const { reviewAfterMs } = world.settings;
  if (reviewAfterMs === undefined) return;
  record.cancelReview = world.clock.schedule(world.clock.nowMs() + reviewAfterMs, (atMs) =>
    decide(world, record, "APPROVED", atMs),
  );
}

/** @throws Refusal if the account has no such amendment. */
export function findAmendment(world: World, account: AccountRecord, id: string): AmendmentRecord {
  return amendmentsOf(world).find(id, (record) => record.account === account);
}

/** @throws Refusal if it has already been decided. */
export function decideAmendment(world: World, record: AmendmentRecord, to: AmendmentStatus): void {
  if (record.status !== "PENDING") {
    throw new Refusal(
      400,
      "invalid_argument",
      `Amendment [${record.id}] is decided already: its status is ${record.status}.`,
    );
  }
  decide(world, record, to, world.clock.nowMs());
}

function decide(world: World, record: AmendmentRecord, to: AmendmentStatus, atMs: number): void {
  record.cancelReview?.();
  record.cancelReview = undefined;
  record.status = to;
  if (to === "APPROVED") apply(record);
  amendmentsOf(world).changes.publish({ record, atMs });
}

function apply({ account, change }: AmendmentRecord): void {
  const { primary_contact: contact, store_details: store } = change;
  if (contact) account.primaryContact = merge(account.primaryContact, contact);
  if (store) account.details = { ...account.details, store_details: store };
}

export function viewAmendment({ id, change, status }: AmendmentRecord): Amendment {
  return structuredClone({ id, ...change, status });
}
