/** An amendment as the emulator keeps it. */

import type { AmendmentCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

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

/** All amendments of an emulator. */
export const amendmentsOf: (world: World) => Table<AmendmentRecord> = defineState(() =>
  createTable("Amendment"),
);
