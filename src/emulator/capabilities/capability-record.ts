/** Capabilities and funding limits as the emulator keeps them. */

import type { AccountRecord } from "../accounts/account-record.js";
import { type Changes, createChanges } from "../engine/changes.js";

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

export interface CapabilityChange {
  readonly capability: CapabilityRecord;
  readonly to: CapabilityStatus;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface CapabilityStore {
  /** By account and name; an entry is created when first asked for. */
  readonly records: Map<string, CapabilityRecord>;
  readonly changes: Changes<CapabilityChange>;
  readonly funding: FundingStore;
}

export interface LimitRecord {
  readonly currency: string;
  readonly type: string;
  limit: number;
  available: number;
  /** Undefined if there is no pending application. */
  requested: number | undefined;
  updatedAtMs: number;
}

export interface FundingStore {
  /** By account id. */
  readonly limits: Map<string, readonly LimitRecord[]>;
  /** By account id and `request_id`. */
  readonly requests: Set<string>;
}

export function createCapabilityStore(): CapabilityStore {
  const funding: FundingStore = { limits: new Map(), requests: new Set() };
  return { records: new Map(), changes: createChanges(), funding };
}
