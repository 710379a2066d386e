/**
 * How much accounts may add by direct debit, and applications for more.
 *
 * @see https://www.airwallex.com/docs/api/account_capability/account_capability
 */

import type { FundingLimit, FundingLimitApplyRequest } from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";

/** @throws Refusal for a `request_id` that the account has used. */
export function applyForLimits(
  world: World,
  account: AccountRecord,
  { funding_limits: wishes, request_id: requestId }: FundingLimitApplyRequest,
): void {
  const { limits, requests } = world.capabilities.funding;
  const key = `${account.id} ${requestId}`;
  if (requests.has(key)) {
    throw new Refusal(400, "duplicate_request", "A request with this request_id was made before.", {
      source: "request_id",
    });
  }
  requests.add(key);
  for (const { currency, type, limit: requested } of wishes) {
    const known = limits.get(account.id) ?? [];
    const record = known.find((one) => one.currency === currency && one.type === type);
    const asked = { requested, updatedAtMs: world.clock.nowMs() };
    if (record) Object.assign(record, asked);
    else limits.set(account.id, [...known, { currency, type, limit: 0, available: 0, ...asked }]);
  }
  const { reviewAfterMs } = world.settings;
  if (reviewAfterMs === undefined) return;
  world.clock.schedule(world.clock.nowMs() + reviewAfterMs, (atMs) =>
    grantLimits(world, account, atMs),
  );
}

/** Grants all that the account has applied for. */
export function grantLimits(world: World, account: AccountRecord, atMs: number): void {
  for (const record of world.capabilities.funding.limits.get(account.id) ?? []) {
    if (record.requested === undefined) continue;
    record.available += record.requested - record.limit;
    record.limit = record.requested;
    record.requested = undefined;
    record.updatedAtMs = atMs;
  }
}

export function viewLimits(
  world: World,
  account: AccountRecord,
  apiVersion: string,
): readonly FundingLimit[] {
  const records = world.capabilities.funding.limits.get(account.id) ?? [];
  return records.map(({ requested, updatedAtMs, ...limit }) => ({
    ...limit,
    ...(requested !== undefined && { requested_limit: requested }),
    status: requested === undefined ? "ACTIVE" : "REQUESTED",
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  }));
}
