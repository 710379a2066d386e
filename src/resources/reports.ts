/** Reports on the accounts of a platform. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import { platformReportsCreate, platformReportsRetrieve } from "../generated/endpoints.js";
import type {
  PlatformReport,
  PlatformReportCreated,
  PlatformReportCreateParams,
} from "../generated/reports.js";

/** Reports on the platform's accounts, as files. Errors are the same as for `client.accounts`. */
export interface PlatformReportsResource {
  /**
   * Requests a report and returns its id. A report whose period ends in the future is generated then;
   * the event `platform_report.completed` announces it.
   *
   * See https://www.airwallex.com/docs/api/scale/platform_reports/create
   *
   * @param params `file_format` is `CSV`; a period is made of dates or timestamps (ISO 8601), the start
   * included and the end excluded, at most 366 days long
   *
   * @example
   * const { id } = await client.platformReports.create({
   *   type: "BALANCE_REPORT",
   *   file_format: "CSV",
   * });
   * const { status, download_url } = await client.platformReports.retrieve(id);
   * if (status === "COMPLETED") console.log(download_url);
   */
  create(
    params: PlatformReportCreateParams,
    options?: CallOptions,
  ): ApiPromise<PlatformReportCreated>;

  /**
   * Reads a report: `PENDING`, `FAILED` with a `failed_reason`, or `COMPLETED` with a `download_url`,
   * which works for a minute and without a token. Read the report again for a new one.
   *
   * See https://www.airwallex.com/docs/api/scale/platform_reports/retrieve
   *
   * @throws ApiError `not_found` when there is no such report
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<PlatformReport>;
}

export function platformReportsResource(call: Call): PlatformReportsResource {
  return {
    create: (params, options) => call(platformReportsCreate, { body: params }, options),
    retrieve: (id, options) => call(platformReportsRetrieve, { path: { id } }, options),
  };
}
