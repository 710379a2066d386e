/**
 * The token endpoint: a code or a refresh token goes in as a form, a pair of tokens comes out as JSON
 * (RFC 6749, sections 4.1.3 and 6).
 */

import type { Call } from "../call/call.js";
import { ApiError, AuthenticationError, NetworkError, ShapeError } from "../errors/index.js";
import { oauthToken } from "../generated/endpoints.js";
import type { OAuthTokenParams } from "../generated/oauth.js";
import { withMembers } from "../schemas/endpoint-table.js";
import { anything } from "../schemas/shape.js";
import type { RefreshAnswer } from "./spend.js";
import { readTokenPair, type TokenPair } from "./tokens.js";

export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Path of the token endpoint, on the host that `call` targets. */
  readonly tokenPath: string;
}

export interface TokenEndpoint {
  /** Rejects with the error of the call. */
  exchangeCode(code: string, codeVerifier: string | undefined): Promise<TokenPair>;
  /** Never rejects: rotation acts on every outcome. */
  refresh(refreshToken: string, timeoutMs: number): Promise<RefreshAnswer>;
}

export function createTokenEndpoint(call: Call, app: OAuthApp): TokenEndpoint {
  const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = app;
  // `readTokenPair` is lenient instead: servers send numbers as strings, and leave fields out.
  const endpoint = withMembers(oauthToken, { path: app.tokenPath, response: anything });

  async function post(
    body: OAuthTokenParams,
    timeoutMs?: number,
    refreshToken?: string,
  ): Promise<TokenPair> {
    const secrets = { token: [body.code, body.refresh_token, body.code_verifier, client_secret] };
    const form = new URLSearchParams(Object.entries(body)).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const payload = { body: form, headers, describes: secrets };
    const options = { timeoutMs, maxRetries: 0, headers: { accept: "application/json" } };
    const { data, response } = await call(endpoint, { body }, options, { payload }).withResponse();
    const pair = readTokenPair(data, refreshToken);
    if (!("missing" in pair)) return pair;
    const { name, method, path } = endpoint;
    const { attempts, requestId } = response;
    const facts = { operation: name, method, path, outcome: "done", attempts, requestId } as const;
    const message = `Cannot use the answer to ${name}: it has no ${pair.missing}`;
    throw new ShapeError("unexpected_shape", message, facts, [], data);
  }

  return {
    exchangeCode(code, code_verifier) {
      const grant = { grant_type: "authorization_code", code, redirect_uri, client_id } as const;
      return post({ ...grant, client_secret, ...(code_verifier && { code_verifier }) });
    },
    async refresh(refresh_token, timeoutMs) {
      const grant_type = "refresh_token";
      try {
        const body = { grant_type, refresh_token, client_id, client_secret } as const;
        return { kind: "issued", pair: await post(body, timeoutMs, refresh_token) };
      } catch (error) {
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
        return { kind: classify(error), error, retryAfterMs };
      }
    },
  };
}

/** How the endpoint itself refuses, as documented: an error code in JSON, with one of these statuses. */
const refusals: ReadonlySet<number> = new Set([400, 401]);

/**
 * - 400 `invalid_grant`: the token is dead. 429: another refresh is in progress, or too many at once.
 * - Another documented refusal: the client was rejected, and the token was not looked at.
 * - Any other answer, such as a gateway's page with 403, a redirect, 5xx or what cannot be read, may have come
 *   after the work: the token may have been spent.
 */
function classify(error: unknown): Exclude<RefreshAnswer["kind"], "issued"> {
  if (error instanceof ApiError || error instanceof AuthenticationError) {
    if (error.status === 429) return "busy";
    const isDocumented = refusals.has(error.status) && error.apiCode !== undefined;
    if (!isDocumented) return "lost";
    return error.apiCode === "invalid_grant" ? "dead" : "refused";
  }
  if (error instanceof NetworkError) return error.outcome === "not_done" ? "not_sent" : "lost";
  return error instanceof ShapeError ? "lost" : "not_sent";
}
