/** Answers one request: who asks, in which version, for what. */

import { accept, readJson } from "./accept.js";
import { type AccountRecord, findConnected } from "./accounts/record.js";
import { readApiVersion } from "./api-version.js";
import {
  type EmulatedRequest,
  type EmulatedResponse,
  jsonResponse,
  maxBodyBytes,
} from "./exchange.js";
import type { Call } from "./handlers.js";
import { notFound, Refusal, refusalOfStatus } from "./refusal.js";
import type { Found } from "./router.js";
import type { ApiRoute, Route } from "./routes/index.js";
import type { World } from "./state.js";

/**
 * @param pause Waits where a fault asks for it; the request counts as running meanwhile.
 * @throws Refusal, and nothing else unless the emulator itself is at fault.
 */
export async function answer(
  world: World,
  request: EmulatedRequest,
  found: Found<Route>,
  pause: () => Promise<void>,
): Promise<EmulatedResponse> {
  const { route } = found;
  if (route === undefined) throw noRoute(request, found.allowed);
  if (route.endpoint === undefined) return await route.run(world, request, found.params);
  const actingFor = route.needsToken ? authorise(world, request) : world.accounts.platform;
  const leave = world.limiter.enter(route.endpoint.name);
  try {
    await pause();
    return await call(world, request, route, { path: found.params, actingFor });
  } finally {
    leave();
  }
}

async function call(
  world: World,
  request: EmulatedRequest,
  { endpoint, run }: ApiRoute,
  { path, actingFor }: Pick<Call<unknown, unknown>, "path" | "actingFor">,
): Promise<EmulatedResponse> {
  if (request.body.length >= maxBodyBytes) {
    throw new Refusal(413, "invalid_argument", "The request body is too large.");
  }
  const apiVersion = readApiVersion(request.headers["x-api-version"], world.settings.apiVersion);
  const body = endpoint.body && (await accept(endpoint.body, readJson(request.body)));
  const told: Call<unknown, unknown> = { world, request, path, body, apiVersion, actingFor };
  return jsonResponse(endpoint.status, await run(told as never));
}

/** Who the call acts for. @throws Refusal without a token that works. */
function authorise({ tokens, accounts, settings }: World, request: EmulatedRequest): AccountRecord {
  const { authorization, "x-on-behalf-of": onBehalfOf } = request.headers;
  if (authorization === undefined) {
    if (settings.missingAuthStatus === 403) throw refusalOfStatus(403);
    throw new Refusal(401, "unauthorized", "An access token is required.");
  }
  tokens.check(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "");
  if (onBehalfOf === undefined || onBehalfOf === accounts.platform.id) return accounts.platform;
  try {
    return findConnected(accounts, onBehalfOf);
  } catch {
    throw new Refusal(403, "forbidden", "The platform may not act on behalf of this account.");
  }
}

function noRoute({ method, path }: EmulatedRequest, allowed: readonly string[]): Refusal {
  if (allowed.length === 0) return notFound(`Path [${path}]`);
  return new Refusal(405, "method_not_allowed", `Method [${method}] is not allowed here.`, {
    headers: { allow: [...new Set(allowed)].join(", ") },
  });
}
