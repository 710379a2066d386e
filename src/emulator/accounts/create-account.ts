/**
 * Opening an account.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts/create
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { AccountCreateParams, AccountDetails } from "../../generated/index.js";
import { isEmpty } from "../../kyc/paths.js";
import { type AccountRecord, type AccountSeed, newRecord } from "../engine/account-record.js";
import { fieldRequired, invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { merge, withPersonIds } from "./merge-details.js";

/** @throws Refusal if a required part is missing or invalid. */
export function createAccount(
  world: World,
  request: WithoutNulls<AccountCreateParams>,
): AccountRecord {
  const { account_details: details, identifier, nickname, metadata } = request;
  if (details === undefined) throw fieldRequired("account_details");
  const verified = details.legal_entity_id;
  if (verified === undefined) requireMinimum(request);
  const entity =
    verified === undefined ? newEntity(world) : findEntity(world, verified, identifier);
  const { ids, clock } = world;
  return open(world, {
    id: ids.account(),
    createdAtMs: clock.nowMs(),
    walletNumber: ids.walletNumber(),
    status: verified === undefined ? "CREATED" : "ACTIVE",
    details: withPersonIds(withType(merge(entity, withoutPersonIds(details))), ids),
    primaryContact: request.primary_contact,
    agreements: request.customer_agreements,
    ...(identifier !== undefined && { identifier }),
    ...(nickname !== undefined && { nickname }),
    ...(metadata !== undefined && { metadata }),
  });
}

function open(world: World, seed: AccountSeed): AccountRecord {
  const record = newRecord(seed);
  world.accounts.connected.set(record.id, record);
  const { id: accountId, status: to, createdAtMs: atMs } = record;
  world.accounts.changes.publish({ accountId, from: undefined, to, atMs });
  return record;
}

function requireMinimum({
  primary_contact,
  customer_agreements,
}: WithoutNulls<AccountCreateParams>): void {
  if (isEmpty(primary_contact.email) && isEmpty(primary_contact.mobile)) {
    throw fieldRequired("primary_contact");
  }
  const agreed = customer_agreements.agreed_to_data_usage;
  const source = "customer_agreements.agreed_to_data_usage";
  if (agreed === undefined) throw fieldRequired(source);
  if (!agreed) throw invalidArgument(source, "expected true");
}

function newEntity({ ids }: World): AccountDetails {
  return { legal_entity_id: ids.legalEntity() };
}

/**
 * The details of a verified legal entity, whose further accounts need no review. Each account states its
 * own store details.
 */
function findEntity(
  { accounts }: World,
  id: string,
  identifier: string | undefined,
): AccountDetails {
  const all = [accounts.platform, ...accounts.connected.values()];
  const own = all.filter(({ details }) => details.legal_entity_id === id);
  const verified = own.find(({ status }) => status === "ACTIVE");
  if (verified === undefined) {
    throw invalidArgument(
      "account_details.legal_entity_id",
      "no active account has this legal entity",
    );
  }
  if (identifier !== undefined && own.some((account) => account.identifier === identifier)) {
    throw invalidArgument("identifier", "another account of this legal entity has it");
  }
  const { store_details: _, ...entity } = verified.details;
  return entity;
}

/** The API assigns the ids of persons, so those sent with a new account are dropped. */
function withoutPersonIds(details: AccountDetails): AccountDetails {
  const { individual_details: individual, business_person_details: people } = details;
  return {
    ...details,
    ...(individual && { individual_details: { ...individual, person_id: undefined } }),
    ...(people && {
      business_person_details: people.map((person) => ({ ...person, person_id: undefined })),
    }),
  };
}

function withType(details: AccountDetails): AccountDetails {
  return { ...details, legal_entity_type: details.legal_entity_type ?? "BUSINESS" };
}
