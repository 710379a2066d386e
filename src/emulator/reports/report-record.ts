/** Reports as the emulator keeps them. */

import type { PlatformReportCreateParams } from "../../generated/index.js";
import { type Changes, createChanges } from "../engine/changes.js";

export interface ReportRecord {
  readonly id: string;
  readonly request: PlatformReportCreateParams;
  /** Scheme and host by which the caller reached the emulator; used in the link to its file. */
  readonly origin: string;
  /** Id of its file, once that is written. */
  fileId: string | undefined;
}

export interface ReportChange {
  readonly report: ReportRecord;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface ReportStore {
  readonly byId: Map<string, ReportRecord>;
  readonly changes: Changes<ReportChange>;
}

export function createReportStore(): ReportStore {
  return { byId: new Map(), changes: createChanges() };
}
