/**
 * Platform reports, and settlement reports of deposits.
 *
 * @see https://www.airwallex.com/docs/api/scale/platform_reports
 */

import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";
import {
  createReport,
  findReport,
  findSettlement,
  prepareSettlement,
  viewReport,
} from "./reports.js";

type Key = Extract<EndpointKey, `platformReports${string}` | `settlementReports${string}`>;

export const reportsHandlers: HandlersOf<Key> = {
  platformReportsCreate(call) {
    requirePlatform(call);
    return { id: createReport(call.world, call.body, call.request.origin).id };
  },

  platformReportsRetrieve(call) {
    requirePlatform(call);
    return viewReport(call.world, findReport(call.world, call.path.id), call.apiVersion);
  },

  settlementReportsPrepare: ({ world, actingFor, body, apiVersion }) =>
    prepareSettlement(world, actingFor, body, apiVersion),

  settlementReportsRetrieve: ({ world, actingFor, path }) =>
    findSettlement(world, actingFor, path.settlement_report_id),
};

function requirePlatform({ world, actingFor }: Call<unknown, unknown>): void {
  if (actingFor === world.accounts.platform) return;
  throw new Refusal(403, "forbidden", "Only a platform has reports on its accounts.");
}
