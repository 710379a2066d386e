/** Login with an API key. See https://www.airwallex.com/docs/api#/Authentication/API_Access/Login. */

import type { Call, ResponseInfo } from "../call/call.js";
import { ShapeError } from "../errors/index.js";
import type { Token } from "../generated/authentication.js";
import { authenticationLogin, authenticationPartnerLogin } from "../generated/endpoints.js";
import type { IssuedToken } from "./token-manager.js";
import type { AppCredentials } from "./with-basic.js";

export interface ApiKey {
  readonly clientId: string;
  readonly apiKey: string;
  /** Account that the token should act for, if a scoped key covers several. */
  readonly loginAs?: string | undefined;
}

/** A login serves many callers, so it has a deadline of its own. */
const timeoutMs = 30_000;

/** The documented lifetime, for a response without a usable `expires_at`. */
const documentedLifetimeMs = 30 * 60_000;

export async function login(
  call: Call,
  { clientId, apiKey, loginAs }: ApiKey,
  onRetry: (error: unknown) => void,
): Promise<IssuedToken> {
  const headers = {
    "x-client-id": clientId,
    "x-api-key": apiKey,
    ...(loginAs === undefined ? {} : { "x-login-as": loginAs }),
  };
  return await obtain(call, authenticationLogin, headers, onRetry);
}

/** For calls about an OAuth app itself, such as its connections. */
export async function partnerLogin(
  call: Call,
  { clientId, clientSecret }: AppCredentials,
  onRetry: (error: unknown) => void,
): Promise<IssuedToken> {
  const headers = { "x-app-id": clientId, "x-app-secret": clientSecret };
  return await obtain(call, authenticationPartnerLogin, headers, onRetry);
}

async function obtain(
  call: Call,
  endpoint: typeof authenticationLogin,
  headers: Readonly<Record<string, string>>,
  onRetry: (error: unknown) => void,
): Promise<IssuedToken> {
  const sent = call(endpoint, {}, { headers, timeoutMs }, { onRetry });
  const { data, response } = await sent.withResponse();
  const { token, expires_at } = (data ?? {}) as Partial<Record<keyof Token, unknown>>;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw unusable(endpoint, response, data);
  }
  return { value: token, lifetimeMs: lifetime(expires_at, response.headers["date"]) };
}

function unusable(
  { name, method, path }: typeof authenticationLogin,
  { attempts, requestId }: ResponseInfo,
  data: Token,
): ShapeError {
  const facts = { operation: name, method, path, outcome: "done", attempts, requestId } as const;
  const message = `Cannot use the answer to ${name}: it has no token`;
  return new ShapeError("unexpected_shape", message, facts, [], data);
}

/** Relative to the server's own clock if it sent a date: ours may be off by more than a token's lifetime. */
function lifetime(expiresAt: unknown, date: string | undefined): number {
  if (typeof expiresAt !== "string") return documentedLifetimeMs;
  const told = Date.parse(date ?? "");
  const ms = Date.parse(expiresAt) - (Number.isNaN(told) ? Date.now() : told);
  return ms > 0 ? ms : documentedLifetimeMs;
}
