/** An offboarding as the emulator keeps it. */

import type { OffboardingReasonInput } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { Sequenced } from "../engine/paging.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export type OffboardingStatus = "PENDING" | "COMPLETED" | "CANCELLED";

export interface OffboardingRecord extends Sequenced {
  readonly id: string;
  readonly account: AccountRecord;
  readonly reasonCode: OffboardingReasonInput;
  readonly comment: string | undefined;
  readonly createdAtMs: number;
  updatedAtMs: number;
  status: OffboardingStatus;
}

/** All offboardings of an emulator. */
export const offboardingsOf: (world: World) => Table<OffboardingRecord> = defineState(() =>
  createTable("Offboarding"),
);
