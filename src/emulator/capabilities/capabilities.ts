/**
 * Capabilities: what accounts can do once they are enabled.
 *
 * @see https://www.airwallex.com/docs/api/account_capability/account_capability
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { AccountCapability, CapabilityEnableRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { fieldRequired, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import {
  type CapabilityRecord,
  type CapabilityStatus,
  capabilitiesOf,
} from "./capability-record.js";

/** Covers payment methods that the API may add. */
const known = /^(transfer_cny_local|payments_[a-z0-9_]+)$/;

/** @throws Refusal for an unknown capability. */
export function findCapability(world: World, account: AccountRecord, id: string): CapabilityRecord {
  if (!known.test(id)) {
    throw new Refusal(400, "capability_not_supported", `Capability [${id}] is not supported.`);
  }
  const key = `${account.id} ${id}`;
  const { records } = capabilitiesOf(world);
  const record = records.get(key) ?? untouched(account, id);
  records.set(key, record);
  return record;
}

function untouched(account: AccountRecord, id: string): CapabilityRecord {
  return {
    ...{ id, account, status: "DISABLED", comment: "", reasonCodes: [] },
    updatedAtMs: account.createdAtMs,
    cancelReview: undefined,
  };
}

/**
 * Leaves an enabled or pending capability as it is.
 *
 * @throws Refusal unless the account is active, and for a missing or unknown declarant.
 */
export function enableCapability(
  world: World,
  record: CapabilityRecord,
  request: WithoutNulls<CapabilityEnableRequest> | undefined,
): void {
  const { account } = record;
  if (request !== undefined && request.id !== record.id) {
    throw new Refusal(400, "bad_request", `Capability [${record.id}] is called [${request.id}].`, {
      source: "id",
    });
  }
  if (record.id === "transfer_cny_local") requireDeclarant(account, request);
  if (account.status !== "ACTIVE") {
    throw new Refusal(
      400,
      "invalid_status_for_operation",
      `Account [${account.id}] cannot be given capabilities: its status is ${account.status}, expected ACTIVE.`,
      { source: "status" },
    );
  }
  if (record.status !== "DISABLED") return;
  decideCapability(world, record, { status: "PENDING" });
  scheduleReview(world, record);
}

/** Transfers in CNY need somebody who declares them to the authorities. */
function requireDeclarant(
  { details }: AccountRecord,
  request: WithoutNulls<CapabilityEnableRequest> | undefined,
): void {
  if (request?.entity_type === undefined) throw fieldRequired("entity_type");
  const kind = request.entity_type === "BUSINESS" ? "business" : "individual";
  const declarant = request[`${kind}_declarant_info`];
  if (declarant === undefined) throw fieldRequired(`${kind}_declarant_info`);
  if (!("person_id" in declarant)) return;
  const persons = details.business_person_details ?? [];
  if (persons.some(({ person_id }) => person_id === declarant.person_id)) return;
  throw new Refusal(400, "invalid_person", `The account has no person [${declarant.person_id}].`, {
    source: "individual_declarant_info.person_id",
  });
}

/** Payments are only enabled for accounts with store details. */
function scheduleReview(world: World, record: CapabilityRecord): void {
  const { settings, clock } = world;
  if (settings.reviewAfterMs === undefined) return;
  record.cancelReview = clock.schedule(clock.nowMs() + settings.reviewAfterMs, (atMs) => {
    const lacksStore = record.id.startsWith("payments_") && !record.account.details.store_details;
    const verdict: CapabilityVerdict = lacksStore
      ? { status: "DISABLED", reasonCodes: ["STORE_DETAILS_MISSING"] }
      : { status: "ENABLED" };
    decideCapability(world, record, { ...verdict, atMs });
  });
}

/** The decision on a capability. */
export interface CapabilityVerdict {
  readonly status: CapabilityStatus;
  /** Why it is disabled; default none. */
  readonly reasonCodes?: readonly string[] | undefined;
  /** A remark; default none. */
  readonly comment?: string | undefined;
}

export function decideCapability(
  world: World,
  record: CapabilityRecord,
  verdict: CapabilityVerdict & { readonly atMs?: number },
): void {
  const { status, reasonCodes = [], comment = "", atMs = world.clock.nowMs() } = verdict;
  record.cancelReview?.();
  record.cancelReview = undefined;
  Object.assign(record, { status, reasonCodes, comment, updatedAtMs: atMs });
  capabilitiesOf(world).changes.publish({ record, atMs });
}

export function viewCapability(record: CapabilityRecord, apiVersion: string): AccountCapability {
  const { id, account, status, comment, reasonCodes, updatedAtMs } = record;
  return {
    comment,
    details: { reason_codes: [...reasonCodes] },
    entity_type: account.details.legal_entity_type,
    id,
    status,
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  };
}
