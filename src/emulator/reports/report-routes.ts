/**
 * Platform reports.
 *
 * @see https://www.airwallex.com/docs/api/scale/platform_reports
 */

import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";
import { createReport, findReport, viewReport } from "./reports.js";

type Key = Extract<EndpointKey, `platformReports${string}`>;

export const reportsHandlers: HandlersOf<Key> = {
  platformReportsCreate(call) {
    requirePlatform(call);
    return { id: createReport(call.world, call.body, call.request.origin).id };
  },

  platformReportsRetrieve(call) {
    requirePlatform(call);
    return viewReport(call.world, findReport(call.world, call.path.id), call.apiVersion);
  },
};

function requirePlatform({ world, actingFor }: Call<unknown, unknown>): void {
  if (actingFor === world.accounts.platform) return;
  throw new Refusal(403, "forbidden", "Only a platform has reports on its accounts.");
}
