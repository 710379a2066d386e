/** Capabilities and funding limits as the emulator keeps them. */

import type { FundingLimit } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { type Changes, createChanges } from "../engine/changes.js";
import type { RecordChange } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export type CapabilityStatus = "ENABLED" | "DISABLED" | "PENDING";

export interface CapabilityRecord {
  readonly id: string;
  readonly account: AccountRecord;
  status: CapabilityStatus;
  comment: string;
  reasonCodes: readonly string[];
  updatedAtMs: number;
  /** Cancels the scheduled review. */
  cancelReview: (() => void) | undefined;
}

export interface CapabilityStore {
  /** By account and name; an entry is created when first asked for. */
  readonly records: Map<string, CapabilityRecord>;
  readonly changes: Changes<RecordChange<CapabilityRecord>>;
  /** By account id. */
  readonly fundingLimits: Map<string, readonly FundingLimit[]>;
}

export const capabilitiesOf: (world: World) => CapabilityStore = defineState(() => ({
  records: new Map(),
  changes: createChanges(),
  fundingLimits: new Map(),
}));
