/** Reports as the emulator keeps them. */

import type { WithoutNulls } from "../../checks/values.js";
import type { PlatformReportCreateParams } from "../../generated/index.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export interface ReportRecord {
  readonly id: string;
  readonly request: WithoutNulls<PlatformReportCreateParams>;
  /** Without its ending. */
  readonly fileName: string;
  /** Scheme and host by which the caller reached the emulator; used in the link to its file. */
  readonly origin: string;
  /** Id of its file, once that is written. */
  fileId: string | undefined;
}

/** All reports of an emulator. */
export const reportsOf: (world: World) => Table<ReportRecord> = defineState(() =>
  createTable("Platform report"),
);
