/** Answers one request: finds out who is asking, in which API version, and for what. */

import { type AccountRecord, findConnected } from "../accounts/account-record.js";
import { asOAuthRefusal, OAuthRefusal } from "../oauth/oauth-refusal.js";
import { callerOf } from "../oauth/oauth-tokens.js";
import { requireScope } from "../oauth/scopes.js";
import type { ApiRoute, Route } from "../routes.js";
import { accept, readForm, readJson } from "./accept.js";
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
  if (route.speaksOAuth) return await inOAuth(world, request, route, pause);
  const actingFor = route.needsToken ? authorise(world, request, route) : world.accounts.platform;
  const leave = world.limiter.enter(route.endpoint.name);
  try {
    await pause();
    return await call(world, request, route, { path: found.params, actingFor, pause });
  } finally {
    leave();
  }
}

/** Like other calls, except that refusals speak OAuth and the handler itself pauses. */
async function inOAuth(
  world: World,
  request: EmulatedRequest,
  route: ApiRoute,
  pause: () => Promise<void>,
): Promise<EmulatedResponse> {
  let leave = (): void => {};
  try {
    leave = world.limiter.enter(route.endpoint.name);
    const told = { path: {}, actingFor: world.accounts.platform, pause };
    const { headers, ...response } = await call(world, request, route, told);
    return { ...response, headers: { ...headers, "cache-control": "no-store" } };
  } catch (error) {
    if (error instanceof OAuthRefusal || !(error instanceof Refusal)) throw error;
    throw asOAuthRefusal(error);
  } finally {
    leave();
  }
}

async function call(
  world: World,
  request: EmulatedRequest,
  { endpoint, speaksOAuth, invalidCode, run }: ApiRoute,
  told: Pick<Call<unknown, unknown>, "path" | "actingFor" | "pause">,
): Promise<EmulatedResponse> {
  if (request.body.length >= maxBodyBytes) {
    throw new Refusal(413, "invalid_argument", "The request body is too large.");
  }
  const apiVersion = readApiVersion(request.headers["x-api-version"], world.settings.apiVersion);
  const isForm = speaksOAuth && request.headers["content-type"]?.startsWith(formType);
  const shape = request.body.length === 0 && endpoint.bodyOptional ? undefined : endpoint.body;
  const sent = shape && (isForm ? readForm(request.body) : readJson(request.body));
  const body = shape && (await accept(shape, sent, invalidCode));
  const whole: Call<unknown, unknown> = { world, request, body, apiVersion, ...told };
  return jsonResponse(endpoint.status, await run(whole as never));
}

const formType = "application/x-www-form-urlencoded";

/** The account that the call acts for. @throws Refusal without a valid token. */
function authorise(world: World, request: EmulatedRequest, route: ApiRoute): AccountRecord {
  const { tokens, accounts, settings } = world;
  const { authorization, "x-on-behalf-of": onBehalfOf } = request.headers;
  if (authorization === undefined) {
    if (settings.missingAuthStatus === 403) throw refusalOfStatus(403);
    throw new Refusal(401, "unauthorized", "An access token is required.");
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  const connected = callerOf(world, token);
  if (connected !== undefined) {
    if (onBehalfOf !== undefined) {
      throw new Refusal(403, "forbidden", "An OAuth token acts for its own account alone.");
    }
    requireScope(connected.scopes, route.scope);
    return connected.account;
  }
  tokens.check(token);
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
