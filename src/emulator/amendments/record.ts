/** An amendment as the emulator keeps it. */

import type { AmendmentCreateRequest } from "../../schemas/index.js";
import type { AccountRecord } from "../accounts/record.js";
import { type Changes, createChanges } from "../changes.js";

export type AmendmentStatus = "PENDING" | "APPROVED" | "REJECTED";

export interface AmendmentRecord {
  readonly id: string;
  readonly account: AccountRecord;
  /** The target and its member alone. */
  readonly change: AmendmentCreateRequest;
  status: AmendmentStatus;
  /** Calls off the review that the clock would do. */
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
