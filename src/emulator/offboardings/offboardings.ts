/**
 * Offboardings: closing connected accounts for good.
 *
 * @see https://www.airwallex.com/docs/api/scale/offboardings/list
 */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  Offboarding,
  OffboardingCreateParams,
  OffboardingListParams,
} from "../../generated/index.js";
import { moveTo } from "../accounts/account-status.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import { isWithin, readPeriod } from "../engine/period.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import {
  type OffboardingRecord,
  type OffboardingStatus,
  offboardingsOf,
} from "./offboarding-record.js";

/** How long an account stays suspended before it is closed for good. */
const graceMs = 30 * dayMs;

/** @throws Refusal if the account is closed or about to be, or its legal entity is being offboarded. */
export function createOffboarding(
  world: World,
  account: AccountRecord,
  { reason_code: reasonCode, comment }: WithoutNulls<OffboardingCreateParams>,
): OffboardingRecord {
  if (isClosing(world, account)) throw failed(`Account [${account.id}] is closed, or will be.`);
  const offboardings = offboardingsOf(world);
  const open = offboardings
    .all()
    .find((other) => other.status === "PENDING" && entityOf(other.account) === entityOf(account));
  if (open) throw failed(`Offboarding [${open.id}] of the same legal entity is not over yet.`);
  const nowMs = world.clock.nowMs();
  const record: OffboardingRecord = {
    ...{ id: world.ids.offboarding(), account, reasonCode, comment, status: "PENDING" },
    sequence: offboardings.added,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  return offboardings.add(record);
}

/** Whether the account is closed, or an offboarding of it is completed. */
function isClosing(world: World, account: AccountRecord): boolean {
  const isCompleted = ({ status }: OffboardingRecord) => status === "COMPLETED";
  const own = offboardingsOf(world)
    .all()
    .filter((other) => other.account === account);
  return account.status === "CLOSED" || own.some(isCompleted);
}

function failed(message: string): Refusal {
  return new Refusal(400, "operation_failed", message);
}

function entityOf({ details, id }: AccountRecord): string {
  return details.legal_entity_id ?? id;
}

/** @throws Refusal if the account has no such offboarding. */
export function findOffboarding(
  world: World,
  account: AccountRecord,
  id: string,
): OffboardingRecord {
  return offboardingsOf(world).find(id, (record) => record.account === account);
}

/** @throws Refusal for an invalid time. */
export function listOffboardings(
  world: World,
  account: AccountRecord,
  query: OffboardingListParams,
): readonly OffboardingRecord[] {
  const period = readPeriod(query, "from_created_at", "to_created_at");
  return offboardingsOf(world)
    .all()
    .filter((record) => record.account === account)
    .filter(({ status }) => query.status === undefined || status === query.status)
    .filter(({ createdAtMs }) => isWithin(period, createdAtMs));
}

/** @throws Refusal if it is over, or its account is closed or about to be. */
export function completeOffboarding(world: World, record: OffboardingRecord): void {
  const { account } = record;
  if (isClosing(world, account)) throw wrongStatus(`Account [${account.id}] is closed already.`);
  end(world, record, "COMPLETED");
  const { updatedAtMs: atMs } = record;
  // Suspended by Airwallex, so that the platform cannot reactivate it.
  account.suspensions = [...account.suspensions, { by: "AIRWALLEX", atMs }];
  if (account.status !== "SUSPENDED") moveTo(world, account, "SUSPENDED", { atMs });
  world.clock.schedule(atMs + graceMs, (dueMs) => {
    if (account.status !== "CLOSED") moveTo(world, account, "CLOSED", { atMs: dueMs });
  });
}

/** @throws Refusal if it is over. */
export function cancelOffboarding(world: World, record: OffboardingRecord): void {
  end(world, record, "CANCELLED");
}

function end({ clock }: World, record: OffboardingRecord, to: OffboardingStatus): void {
  if (record.status !== "PENDING") {
    throw wrongStatus(`Offboarding [${record.id}] is over: its status is ${record.status}.`);
  }
  record.status = to;
  record.updatedAtMs = clock.nowMs();
}

function wrongStatus(message: string): Refusal {
  return new Refusal(400, "invalid_status_for_operation", message, { source: "status" });
}

export function viewOffboarding(record: OffboardingRecord, apiVersion: string): Offboarding {
  const { id, comment, reasonCode, status, createdAtMs, updatedAtMs } = record;
  return {
    ...(comment !== undefined && { comment }),
    created_at: formatTimestamp(createdAtMs, apiVersion),
    id,
    reason_code: reasonCode,
    status,
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  };
}
