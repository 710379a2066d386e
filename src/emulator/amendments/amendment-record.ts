/** An amendment as the emulator keeps it. */

import type { AmendmentCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../accounts/account-record.js";
import { type Changes, createChanges } from "../engine/changes.js";

export type AmendmentStatus = "PENDING" | "APPROVED" | "REJECTED";

export interface AmendmentRecord {
  readonly id: string;
  readonly account: AccountRecord;
  /** Only the target and the member that it names. */
  readonly change: AmendmentCreateRequest;
  status: AmendmentStatus;
  /** Cancels the scheduled review. */
  cancelReview: (() => void) | undefined;
}

export interface AmendmentChange {
  readonly amendment: AmendmentRecord;
  readonly to: AmendmentStatus;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface AmendmentStore {
  readonly byId: Map<string, AmendmentRecord>;
  readonly changes: Changes<AmendmentChange>;
}

export function createAmendmentStore(): AmendmentStore {
  return { byId: new Map(), changes: createChanges() };
}
