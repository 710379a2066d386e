/**
 * Reports on the platform's accounts, as real CSV files.
 *
 * @see https://www.airwallex.com/docs/api/scale/platform_reports
 */

import type { PlatformReport, PlatformReportCreateParams } from "../../generated/index.js";
import { readTime } from "../accounts/list-accounts.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { filesOf } from "../files/file-store.js";
import { type ReportRecord, reportsOf } from "./report-record.js";
import { type Period, reportWriters } from "./report-rows.js";

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
  const period = readPeriod(request);
  const record: ReportRecord = { id: ids.report(), request, origin, fileId: undefined };
  reportsOf(world).add(record);
  const ends = [period.createdToMs, period.updatedToMs].filter(Number.isFinite);
  clock.schedule(Math.max(clock.nowMs(), ...ends), (atMs) => {
    const content = Buffer.from(write(world, period, atMs));
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

function readPeriod(request: PlatformReportCreateParams): Period {
  const startOf = (name: "from_created_at" | "from_updated_at") =>
    readTime(name, request[name], "00:00:00.000") ?? Number.NEGATIVE_INFINITY;
  const endOf = (name: "to_created_at" | "to_updated_at") =>
    readTime(name, request[name], "23:59:59.999") ?? Number.POSITIVE_INFINITY;
  return {
    createdFromMs: startOf("from_created_at"),
    createdToMs: endOf("to_created_at"),
    updatedFromMs: startOf("from_updated_at"),
    updatedToMs: endOf("to_updated_at"),
  };
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
