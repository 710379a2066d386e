/** Answers one request: finds out for whom, in which API version, and what is asked. */

import { accept, readForm, readJson } from "./accept.js";
import { readApiVersion } from "./api-version.js";
import {
  type EmulatedRequest,
  type EmulatedResponse,
  jsonResponse,
  maxBodyBytes,
} from "./exchange.js";
import type { ApiRoute, Call, Route } from "./handlers.js";
import { notFound, Refusal } from "./refusal.js";
import type { Found } from "./router.js";
import type { World } from "./world.js";

/**
 * @param pause Waits if a fault asks for it; the request counts as running meanwhile.
 * @throws Refusal; anything else is a bug in the emulator.
 */
export async function answer(
  world: World,
  request: EmulatedRequest,
  found: Found<Route>,
  pause: () => Promise<void>,
): Promise<EmulatedResponse> {
  const { route } = found;
  if (route === undefined) throw noRoute(request, found.allowed);
  if (route.endpoint === undefined) {
    await pause();
    return await route.run(world, request, found.params);
  }
  try {
    return await answerApi(world, request, route, { path: found.params, pause });
  } catch (error) {
    throw error instanceof Refusal ? route.translate(error) : error;
  }
}

async function answerApi(
  world: World,
  request: EmulatedRequest,
  route: ApiRoute,
  { path, pause }: Pick<Call<unknown, unknown>, "path" | "pause">,
): Promise<EmulatedResponse> {
  const { endpoint, pausesItself, run } = route;
  const actingFor = route.authorise(world, request);
  const leave = world.limiter.enter(endpoint.name);
  try {
    if (!pausesItself) await pause();
    const apiVersion = readApiVersion(request.headers["x-api-version"], world.settings.apiVersion);
    const body = await readBody(request, route);
    const call: Call<unknown, unknown> = {
      ...{ world, request, path, body, apiVersion, actingFor, pause },
    };
    return jsonResponse(endpoint.status, await run(call as never));
  } finally {
    leave();
  }
}

async function readBody(
  { body, headers }: EmulatedRequest,
  { endpoint, acceptsForms, invalidCode }: ApiRoute,
): Promise<unknown> {
  if (body.length >= maxBodyBytes) {
    throw new Refusal(413, "invalid_argument", "The request body is too large.");
  }
  if (endpoint.body === undefined) return undefined;
  if (body.length === 0 && endpoint.bodyOptional) return undefined;
  const isForm = acceptsForms && headers["content-type"]?.startsWith(formType);
  return await accept(endpoint.body, isForm ? readForm(body) : readJson(body), invalidCode);
}

const formType = "application/x-www-form-urlencoded";

function noRoute({ method, path }: EmulatedRequest, allowed: readonly string[]): Refusal {
  if (allowed.length === 0) return notFound(`Path [${path}]`);
  return new Refusal(405, "method_not_allowed", `Method [${method}] is not allowed here.`, {
    headers: { allow: [...new Set(allowed)].join(", ") },
  });
}
