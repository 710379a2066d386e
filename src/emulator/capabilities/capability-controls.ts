/** Lets tests decide on capabilities, whose review the API cannot simulate. */

import type { AccountCapability } from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import {
  type CapabilityVerdict,
  decideCapability,
  findCapability,
  viewCapability,
} from "./capabilities.js";
import { grantLimits } from "./funding-limits.js";

/** Access to the capabilities of accounts in an emulator. */
export interface CapabilitiesAccess {
  /**
   * Decides on a capability of a connected account, as Airwallex does after its review.
   *
   * @throws RangeError if there is no such account or capability.
   */
  decide(accountId: string, id: string, verdict: CapabilityVerdict): AccountCapability;
  /**
   * Grants the funding limits that a connected account has applied for.
   *
   * @throws RangeError if there is no such account.
   */
  grantFundingLimits(accountId: string): void;
}

export function createCapabilitiesAccess(currentWorld: () => World): CapabilitiesAccess {
  const find = (world: World, accountId: string): AccountRecord => {
    world.clock.runDue();
    const account = world.accounts.connected.get(accountId);
    if (account) return account;
    throw new RangeError(
      `Cannot decide on capability or limits: there is no account "${accountId}"`,
    );
  };
  return {
    decide(accountId, id, verdict) {
      const world = currentWorld();
      const account = find(world, accountId);
      const record = orRangeError(() => findCapability(world, account, id));
      decideCapability(world, record, verdict);
      return viewCapability(record, world.settings.apiVersion);
    },
    grantFundingLimits(accountId) {
      const world = currentWorld();
      grantLimits(world, find(world, accountId), world.clock.nowMs());
    },
  };
}

function orRangeError<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new RangeError(`Cannot decide on capability: ${error.message}`);
  }
}
