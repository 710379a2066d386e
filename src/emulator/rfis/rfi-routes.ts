/**
 * Requests for information, and what reviewers do with them.
 *
 * @see https://www.airwallex.com/docs/connected-accounts/handle-rfis
 */

import { rfisList } from "../../generated/endpoints.js";
import type { Rfi, RfiListParams } from "../../generated/index.js";
import { readQuery } from "../engine/accept.js";
import type { EmulatedRequest, EmulatedResponse } from "../engine/exchange.js";
import type { Call, EndpointKey, HandlersOf, Page } from "../engine/handlers.js";
import { cursorPage } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import { notFound } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { findRfi, findSimulatedRfi, mayRead } from "./find-rfi.js";
import { respond } from "./respond-to-rfi.js";
import { closeRfi, followUp, openRfi } from "./rfi-life-cycle.js";
import { type RfiRecord, rfisOf } from "./rfi-record.js";
import { livenessPath, viewRfi } from "./view-rfi.js";

const usualPageSize = 100;

type Key = Extract<EndpointKey, `rfis${string}` | `simulationRfis${string}`>;
type IdCall = Call<{ readonly id: string }, unknown>;

export const rfisHandlers: HandlersOf<Key> = {
  async rfisList(call) {
    const { world, request, actingFor } = call;
    const query = await readQuery(rfisList.query, request.query, { lists: ["statuses", "types"] });
    const wanted = compileFilter(query);
    const all = rfisOf(world)
      .all()
      .filter((record) => mayRead(world, actingFor, record) && wanted(record));
    const { items, ...pages } = cursorPage(all, query, usualPageSize);
    return { ...pages, items: items.map((record) => view(call, record)) };
  },

  rfisRetrieve: (call) => onRfi(call, findRfi, () => {}),

  rfisRespond: (call) => onRfi(call, findRfi, (record) => respond(call.world, record, call.body)),

  simulationRfisCreate: (call) => view(call, openRfi(call.world, call.actingFor, call.body)),

  simulationRfisFollowUp: (call) =>
    onRfi(call, findSimulatedRfi, (record) => followUp(call.world, record, call.body)),

  simulationRfisClose: (call) =>
    onRfi(call, findSimulatedRfi, (record) => closeRfi(call.world, record)),
};

/** Applies an operation to the request in the path and returns the result. */
function onRfi(call: IdCall, find: typeof findRfi, act: (record: RfiRecord) => void): Rfi {
  const record = find(call.world, call.actingFor, call.path.id);
  act(record);
  return view(call, record);
}

function view({ request, apiVersion }: Call<unknown, unknown>, record: RfiRecord): Rfi {
  return viewRfi(record, { apiVersion, origin: request.origin });
}

function compileFilter(query: RfiListParams): (record: RfiRecord) => boolean {
  const { statuses, types } = query;
  const period = readPeriod(query, "from_created_at", "end_created_at");
  return ({ status, type, createdAtMs }) =>
    (statuses === undefined || statuses.includes(status)) &&
    (types === undefined || types.includes(type)) &&
    isWithin(period, createdAtMs);
}

/** Opening the page is all that the emulator's liveness check requires. */
export const rfisPages: readonly Page[] = [{ method: "GET", path: livenessPath, run: checkIn }];

function checkIn(
  world: World,
  _: EmulatedRequest,
  params: Readonly<Record<string, string>>,
): EmulatedResponse {
  const active = rfisOf(world).get(params["rfi"] ?? "")?.active;
  const question = active?.questions.find(({ id }) => id === params["question"]);
  if (question?.asks !== "LIVENESS") throw notFound("Liveness check");
  question.isAlive = true;
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: Buffer.from("The liveness check is done. You can close this page.\n"),
    delivery: "whole",
  };
}
