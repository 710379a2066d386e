/**
 * Changing the data of an account before it is verified.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts/update
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { AccountUpdateParams } from "../../generated/index.js";
import { isIndividual } from "../../kyc/missing.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { merge, mergeDetails } from "./merge-details.js";

const editable: readonly AccountStatus[] = ["CREATED", "ACTION_REQUIRED"];

/** @throws Refusal if the status allows changes only by amendment, or not at all. */
export function updateAccount(
  world: World,
  record: AccountRecord,
  request: WithoutNulls<AccountUpdateParams>,
): void {
  const { account_details, customer_agreements, metadata, nickname, primary_contact } = request;
  if (primary_contact && isContactOfActive(record, request)) {
    record.newContact = merge(record.newContact ?? record.primaryContact, primary_contact);
    return;
  }
  if (!editable.includes(record.status)) {
    throw new Refusal(
      400,
      "can_not_be_edited",
      `Account [${record.id}] cannot be edited: its status is ${record.status}.`,
    );
  }
  if (account_details) record.details = mergeDetails(record.details, account_details, world.ids);
  if (customer_agreements) record.agreements = merge(record.agreements, customer_agreements);
  if (primary_contact) record.primaryContact = merge(record.primaryContact, primary_contact);
  if (metadata) record.metadata = { ...record.metadata, ...metadata };
  if (nickname !== undefined) record.nickname = nickname;
}

/** All that can still be changed without an amendment: the contact of an active individual. */
function isContactOfActive(
  record: AccountRecord,
  request: WithoutNulls<AccountUpdateParams>,
): boolean {
  const { status, details } = record;
  const alone = Object.keys(request).length === 1;
  return alone && status === "ACTIVE" && isIndividual({ account_details: details });
}
