/**
 * Reports on the platform's accounts, as real CSV files.
 *
 * @see https://www.airwallex.com/docs/api/scale/platform_reports
 */

import type { PlatformReport, PlatformReportCreateParams } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { readPeriod } from "../engine/period.js";
import { invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { filesOf } from "../files/file-store.js";
import { type ReportRecord, reportsOf } from "./report-record.js";
import { type ReportPeriods, reportWriters } from "./report-rows.js";

/**
 * Creates a report, which is written at once or when its period ends.
 *
 * @throws Refusal for a type that the emulator does not support, and for an invalid period.
 */
export function createReport(
  world: World,
  request: PlatformReportCreateParams,
  origin: string,
): ReportRecord {
  const { ids, clock } = world;
  const write = Object.hasOwn(reportWriters, request.type) && reportWriters[request.type];
  if (!write) {
    const known = Object.keys(reportWriters).join(" or ");
    throw invalidArgument("type", `the emulator writes only ${known}`);
  }
  const periods: ReportPeriods = {
    created: readPeriod(request, "from_created_at", "to_created_at"),
    updated: readPeriod(request, "from_updated_at", "to_updated_at"),
  };
  const record: ReportRecord = { id: ids.report(), request, origin, fileId: undefined };
  reportsOf(world).add(record);
  const ends = [periods.created.toMs, periods.updated.toMs].filter(Number.isFinite);
  clock.schedule(Math.max(clock.nowMs(), ...ends), (atMs) => {
    const content = Buffer.from(write(world, periods, atMs));
    const filename = `${request.file_name ?? request.type.toLowerCase()}.csv`;
    record.fileId = filesOf(world).add({
      filename,
      content,
      contentType: "text/csv",
      notes: "",
    }).id;
    reportsOf(world).changes.publish({ record, atMs });
  });
  return record;
}

/** @throws Refusal if there is no such report. */
export function findReport(world: World, id: string): ReportRecord {
  return reportsOf(world).find(id);
}

/** A report with a new link to its file. */
export function viewReport(world: World, report: ReportRecord, apiVersion: string): PlatformReport {
  const { id, request, origin, fileId } = report;
  if (fileId === undefined) return { ...request, id, status: "PENDING" };
  const { path, validUntilMs } = filesOf(world).link(fileId);
  return {
    ...request,
    ...{ id, status: "COMPLETED", download_url: origin + path },
    download_url_expires_at: formatTimestamp(validUntilMs, apiVersion),
  };
}
