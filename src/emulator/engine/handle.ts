/** The emulator's core: plain data in, plain data out. Both edges lead here. */

import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "../inspector/inspect.js";
import { routes } from "../routes.js";
import { answer } from "./answer.js";
import { type EmulatedRequest, type EmulatedResponse, jsonResponse } from "./exchange.js";
import { answerInstead, describeEffect, type FaultBox, type FaultEffect, spoil } from "./faults.js";
import { Refusal } from "./refusal.js";
import type { LoggedRequest } from "./request-log.js";
import { createRouter } from "./router.js";
import type { World } from "./world.js";

export type Handle = (request: EmulatedRequest) => Promise<EmulatedResponse>;

export interface HandleParts {
  /** The current state; a reset replaces it. */
  readonly world: () => World;
  readonly faults: FaultBox;
}

const router = createRouter(routes);

export function createHandle({ world: currentWorld, faults }: HandleParts): Handle {
  return async (request) => {
    const world = currentWorld();
    world.clock.runDue();
    // The inspector changes nothing: it takes no fault and uses up no id.
    const watched = inspect(world, request);
    if (watched) return watched;
    const came = { at: world.clock.now(), startedMs: performance.now() };
    const { method, path } = request;
    const found = router.find(method, path);
    const endpoint = found.route?.endpoint?.name;
    const effect = faults.take({ method, path, endpoint });
    const response = await respond({ world, request, requestId: world.ids.request(), effect }, () =>
      answer(world, request, found, () => pause(effect)),
    );
    const { recordBodies: bodies, onRequest } = world.settings;
    const logged = entry(request, response, { ...came, endpoint, effect, bodies });
    world.requests.add(logged);
    onRequest?.(logged);
    return response;
  };
}

interface Exchange {
  readonly world: World;
  readonly request: EmulatedRequest;
  readonly requestId: string;
  readonly effect: FaultEffect | undefined;
}

async function respond(
  { requestId, effect }: Exchange,
  work: () => Promise<EmulatedResponse>,
): Promise<EmulatedResponse> {
  const traceId = requestId.replaceAll("-", "");
  const instead = effect && answerInstead(effect, traceId);
  if (instead) await pause(effect);
  const response = instead ?? (await orRefusal(work, traceId));
  const spoilt = effect && !instead ? spoil(response, effect, traceId) : response;
  if (effect?.raw) return spoilt;
  return { ...spoilt, headers: { "x-request-id": requestId, ...spoilt.headers } };
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

/** The work goes on even if the caller has gone by then: that is how outcomes become unknown. */
async function pause(effect: FaultEffect | undefined): Promise<void> {
  await effect?.until;
  if (effect?.delayMs !== undefined) await wait(effect.delayMs);
}

interface Noted {
  readonly at: Date;
  readonly startedMs: number;
  readonly endpoint: string | undefined;
  readonly effect: FaultEffect | undefined;
  readonly bodies: boolean;
}

function entry(
  request: EmulatedRequest,
  response: EmulatedResponse,
  { at, startedMs, endpoint, effect, bodies }: Noted,
): LoggedRequest {
  const { method, path, headers, query } = request;
  const silent = response.delivery === "dropped" || response.delivery === "no_headers";
  return {
    at,
    method,
    path,
    query: query.size === 0 ? "" : `?${query}`,
    endpoint,
    status: silent ? undefined : response.status,
    onBehalfOf: headers["x-on-behalf-of"],
    durationMs: performance.now() - startedMs,
    fault: effect && describeEffect(effect),
    requestBody: bodies ? Buffer.from(request.body).toString() : undefined,
    responseBody: bodies ? Buffer.from(response.body).toString() : undefined,
  };
}
