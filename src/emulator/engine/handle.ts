/** The emulator's core: plain data in, plain data out. Both edges lead here. */

import { setTimeout as wait } from "node:timers/promises";
import { answer } from "./answer.js";
import { type EmulatedRequest, type EmulatedResponse, jsonResponse } from "./exchange.js";
import {
  alterResponse,
  describeEffect,
  type FaultEffect,
  responseWithoutWork,
} from "./fault-effects.js";
import type { FaultInjector } from "./faults.js";
import type { Route } from "./handlers.js";
import { Refusal } from "./refusal.js";
import type { LoggedRequest } from "./request-log.js";
import { createRouter } from "./router.js";
import type { World } from "./world.js";

export type Handle = (request: EmulatedRequest) => Promise<EmulatedResponse>;

export interface HandleParts {
  /** The current state, with everything done that is due; a reset replaces it. */
  readonly present: () => World;
  readonly faults: FaultInjector;
  readonly routes: readonly Route[];
}

export function createHandle({ present, faults, routes }: HandleParts): Handle {
  const router = createRouter(routes);
  return async (request) => {
    const world = present();
    const arrival = { at: world.clock.now(), startedMs: performance.now() };
    const { method, path } = request;
    const found = router.find(method, path);
    const endpoint = found.route?.endpoint?.name;
    const effect = faults.take({ method, path, endpoint });
    const response = await respond(
      { requestId: world.ids.request(), effect, now: world.clock.now },
      () => answer(world, request, found, () => pause(effect)),
    );
    const { recordBodies: bodies, onRequest } = world.settings;
    const logged = toLogEntry(request, response, { ...arrival, endpoint, effect, bodies });
    world.requests.add(logged);
    onRequest?.(logged);
    return response;
  };
}

interface Circumstances {
  readonly requestId: string;
  readonly effect: FaultEffect | undefined;
  readonly now: () => Date;
}

/** Does the work, unless a fault replaces it; a fault may also alter what the work gave. */
async function respond(
  { requestId, effect, now }: Circumstances,
  work: () => Promise<EmulatedResponse>,
): Promise<EmulatedResponse> {
  const traceId = requestId.replaceAll("-", "");
  const instead = effect && responseWithoutWork(effect, traceId);
  if (instead) await pause(effect);
  const response = instead ?? (await orRefusal(work, traceId));
  const altered = effect && !instead ? alterResponse(response, effect, traceId) : response;
  if (effect?.raw) return altered;
  const usual = {
    "x-awx-trace-id": traceId,
    "correlation-id": requestId,
    // By its own clock, as all times in its answers: it may be another year there.
    date: now().toUTCString(),
    // Tokens and personal data are in no cache.
    "cache-control": "no-store",
  };
  return { ...altered, headers: { ...usual, ...altered.headers } };
}

async function orRefusal(
  work: () => Promise<EmulatedResponse>,
  traceId: string,
): Promise<EmulatedResponse> {
  try {
    return await work();
  } catch (error) {
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(500, "internal_error", `The emulator failed: ${String(error)}`);
    return jsonResponse(refusal.status, refusal.envelope(traceId), refusal.headers);
  }
}

/** The work goes on even if the caller gives up meanwhile: that is how outcomes become unknown. */
async function pause(effect: FaultEffect | undefined): Promise<void> {
  await effect?.until;
  if (effect?.delayMs !== undefined) await wait(effect.delayMs);
}

interface LogDetails {
  readonly at: Date;
  readonly startedMs: number;
  readonly endpoint: string | undefined;
  readonly effect: FaultEffect | undefined;
  readonly bodies: boolean;
}

function toLogEntry(
  request: EmulatedRequest,
  response: EmulatedResponse,
  { at, startedMs, endpoint, effect, bodies }: LogDetails,
): LoggedRequest {
  const { method, path, headers, query } = request;
  const isSilent = response.delivery === "dropped" || response.delivery === "no_headers";
  return {
    at,
    method,
    path,
    query: query.size === 0 ? "" : `?${query}`,
    endpoint,
    status: isSilent ? undefined : response.status,
    onBehalfOf: headers["x-on-behalf-of"],
    durationMs: performance.now() - startedMs,
    fault: effect && describeEffect(effect),
    requestBody: bodies ? Buffer.from(request.body).toString() : undefined,
    responseBody: bodies ? Buffer.from(response.body).toString() : undefined,
  };
}
