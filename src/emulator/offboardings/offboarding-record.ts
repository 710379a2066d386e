/** An offboarding as the emulator keeps it. */

import type { AccountRecord } from "../accounts/account-record.js";
import type { Sequenced } from "../engine/cursor-pages.js";

export type OffboardingStatus = "PENDING" | "COMPLETED" | "CANCELLED";

export interface OffboardingRecord extends Sequenced {
  readonly id: string;
  readonly account: AccountRecord;
  readonly reasonCode: string;
  readonly comment: string | undefined;
  readonly createdAtMs: number;
  updatedAtMs: number;
  status: OffboardingStatus;
}

/** Oldest first. */
export type OffboardingStore = OffboardingRecord[];

export function createOffboardingStore(): OffboardingStore {
  return [];
}
