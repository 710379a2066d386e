/** Reports on the accounts of a platform, and on what deposits are made of. */

import { type ApiPromise, type Call, exactly } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import {
  platformReportsCreate,
  platformReportsRetrieve,
  settlementReportsPrepare,
  settlementReportsRetrieve,
} from "../schemas/endpoints.generated.js";
import type {
  PlatformReport,
  PlatformReportCreated,
  PlatformReportCreateRequest,
  SettlementReport,
  SettlementReportPrepareRequest,
} from "../schemas/reports.generated.js";

/** Reports on the platform's accounts, as files. Every method rejects as those of `accounts` do. */
export interface PlatformReportsResource {
  /**
   * Has a report made, and returns its id. One whose period ends in the future is made then; the event
   * `platform_report.completed` tells when it is there.
   *
   * See https://www.airwallex.com/docs/api/scale/platform_reports/create
   *
   * @param input `type` is `BALANCE_REPORT`, `TRANSACTION_RECON_REPORT` or another of the API's own;
   * `file_format` is `CSV`; periods are ISO 8601, both ends included
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
    input: PlatformReportCreateRequest,
    options?: CallOptions,
  ): ApiPromise<PlatformReportCreated>;

  /**
   * Reads a report: `PENDING`, `FAILED` with a `failed_reason`, or `COMPLETED` with a `download_url`,
   * which works for a short time and without a token. Read it again for a new one.
   *
   * See https://www.airwallex.com/docs/api/scale/platform_reports/retrieve
   *
   * @throws ApiError `not_found` when there is no such report
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<PlatformReport>;
}

/**
 * Settlement reports. The API does not document them; what is known of them comes from the vendor's own
 * SDK. Every method rejects as those of `accounts` do.
 */
export interface SettlementReportsResource {
  /**
   * Joins a deposit with an uploaded file that says what it is made of.
   *
   * See https://www.npmjs.com/package/@airwallex/node-sdk
   *
   * @throws ApiError when there is no such deposit or file
   */
  prepare(
    input: SettlementReportPrepareRequest,
    options?: CallOptions,
  ): ApiPromise<SettlementReport>;

  /**
   * Reads a settlement report. What it has is not documented, so expect more or other members than the
   * type names.
   *
   * See https://www.npmjs.com/package/@airwallex/node-sdk
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<SettlementReport>;
}

export function platformReportsResource(call: Call): PlatformReportsResource {
  const send = exactly(call);
  return {
    create: (body, options) => send(platformReportsCreate, { body }, options),
    retrieve: (id, options) => send(platformReportsRetrieve, { path: { id } }, options),
  };
}

export function settlementReportsResource(call: Call): SettlementReportsResource {
  const send = exactly(call);
  return {
    prepare: (body, options) => send(settlementReportsPrepare, { body }, options),
    retrieve: (settlement_report_id, options) =>
      send(settlementReportsRetrieve, { path: { settlement_report_id } }, options),
  };
}
