/** Lets tests decide on capabilities and funding limits, whose review the API cannot simulate. */

import { refuseOtherLists, requireStrings } from "../../checks/arguments.js";
import { checkOptions } from "../../checks/options.js";
import { quoted } from "../../checks/printable.js";
import { isObject, kindOf } from "../../checks/values.js";
import type { AccountCapability, FundingLimit } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import {
  type CapabilityVerdict,
  decideCapability,
  findCapability,
  viewCapability,
} from "./capabilities.js";
import { capabilitiesOf } from "./capability-record.js";

/** The capabilities of accounts in an emulator. */
export interface CapabilitiesControls {
  /**
   * Decides on a capability of a connected account, as Airwallex does after its review.
   *
   * @throws RangeError if there is no such account, capability or status.
   */
  decide(accountId: string, id: string, verdict: CapabilityVerdict): AccountCapability;
  /**
   * Sets how much a connected account may add by direct debit, in place of the limits that it had. A new
   * account has none.
   *
   * @throws RangeError if there is no such account.
   */
  setFundingLimits(accountId: string, limits: readonly FundingLimit[]): void;
}

export function createCapabilitiesControls(present: () => World): CapabilitiesControls {
  const find = (world: World, accountId: string): AccountRecord => {
    requireStrings("Cannot decide on capability or limits", { accountId });
    const account = world.accounts.connected.get(accountId);
    if (account) return account;
    throw new RangeError(
      `Cannot decide on capability or limits: there is no account ${quoted(accountId)}`,
    );
  };
  return {
    decide(accountId, id, verdict) {
      requireStrings("Cannot decide on capability", { id });
      checkVerdict(verdict);
      const world = present();
      const account = find(world, accountId);
      const record = orRangeError(() => findCapability(world, account, id));
      decideCapability(world, record, verdict);
      return viewCapability(record, world.settings.apiVersion);
    },
    setFundingLimits(accountId, limits) {
      const world = present();
      const { id } = find(world, accountId);
      checkLimits(limits);
      capabilitiesOf(world).fundingLimits.set(id, structuredClone(limits));
    },
  };
}

const statuses: readonly string[] = ["ENABLED", "DISABLED", "PENDING"];

function checkVerdict(verdict: CapabilityVerdict): void {
  const what = "Cannot decide on capability";
  const kinds = { status: "string", reasonCodes: "any", comment: "string" } as const;
  checkOptions(what, verdict, kinds, "verdict.");
  requireStrings(what, { "verdict.status": verdict.status });
  refuseOtherLists(what, { "verdict.reasonCodes": verdict.reasonCodes });
  if (statuses.includes(verdict.status)) return;
  throw new RangeError(
    `${what}: verdict.status is ${quoted(verdict.status)}, expected one of ${statuses.join(", ")}`,
  );
}

function checkLimits(limits: unknown): void {
  if (Array.isArray(limits) && limits.every(isObject)) return;
  const what = Array.isArray(limits) ? "a list of something else" : kindOf(limits);
  throw new TypeError(`Cannot set funding limits: limits is ${what}, expected a list of limits`);
}

function orRangeError<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new RangeError(`Cannot decide on capability: ${error.message}`);
  }
}
