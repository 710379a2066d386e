/**
 * Reports on the platform's accounts, as real CSV files.
 *
 * @see https://www.airwallex.com/docs/api/scale/platform_reports
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { PlatformReport, PlatformReportCreateParams } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import { endOf, type Period, readPeriod } from "../engine/period.js";
import { invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { filesOf } from "../files/file-store.js";
import { type ReportRecord, reportsOf } from "./report-record.js";
import { type ReportPeriods, reportWriters } from "./report-rows.js";

/** How long a link to a report works. */
const linkLifetimeMs = 60_000;

/**
 * Creates a report, which is written at once or when its period ends.
 *
 * @throws Refusal for an invalid period.
 */
export function createReport(
  world: World,
  request: WithoutNulls<PlatformReportCreateParams>,
  origin: string,
): ReportRecord {
  const { ids, clock } = world;
  const periods: ReportPeriods = {
    created: readReportPeriod(request, "from_created_at", "to_created_at"),
    updated: readReportPeriod(request, "from_updated_at", "to_updated_at"),
  };
  const time = new Date(clock.nowMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const fileName = request.file_name ?? `${request.type}_${time}`;
  const record: ReportRecord = { id: ids.report(), request, fileName, origin, fileId: undefined };
  reportsOf(world).add(record);
  const ends = [endOf(periods.created), endOf(periods.updated)].filter(Number.isFinite);
  clock.schedule(Math.max(clock.nowMs(), ...ends), (atMs) => {
    const content = Buffer.from(reportWriters[request.type](world, periods, atMs));
    const filename = `${record.fileName}.csv`;
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

/** The longest period of a report. */
const maxPeriodMs = 366 * dayMs;

function readReportPeriod<Name extends "created" | "updated">(
  request: WithoutNulls<PlatformReportCreateParams>,
  from: `from_${Name}_at`,
  to: `to_${Name}_at`,
): Period {
  const period = readPeriod<keyof PlatformReportCreateParams>(request, from, to, {
    excludesEnd: true,
  });
  const lengthMs = endOf(period) - period.fromMs;
  if (lengthMs <= 0) throw invalidArgument(to, `expected a time after ${from}`);
  if (Number.isFinite(lengthMs) && lengthMs > maxPeriodMs) {
    throw invalidArgument(to, "expected at most 366 days");
  }
  return period;
}

/** @throws Refusal if there is no such report. */
export function findReport(world: World, id: string): ReportRecord {
  return reportsOf(world).find(id);
}

/** A report with a new link to its file. */
export function viewReport(world: World, report: ReportRecord, apiVersion: string): PlatformReport {
  const { id, request, fileName: file_name, origin, fileId } = report;
  if (fileId === undefined) return { ...request, file_name, id, status: "PENDING" };
  const { path, validUntilMs } = filesOf(world).link(fileId, linkLifetimeMs);
  return {
    ...request,
    ...{ file_name, id, status: "COMPLETED", download_url: origin + path },
    download_url_expires_at: formatTimestamp(validUntilMs, apiVersion),
  };
}
