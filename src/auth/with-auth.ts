/** Adds the bearer token to every request, and replaces a refused token once. */

import { asksForSca } from "../call/sca.js";
import { DeadlineError } from "../transport/deadline.js";
import { isReadOnce, NoTokenError, type Send, type WireRequest } from "../transport/wire.js";
import type { TokenManager } from "./token-manager.js";

export function withAuth(send: Send, tokens: TokenManager): Send {
  // A server that fails may not have checked the token.
  const note = (token: string, status: number): void => {
    if (status !== 401 && status < 500) tokens.worked?.(token);
  };
  let bearer = createBearer("");

  const authorized = (request: WireRequest, token: string): WireRequest => {
    request.progress.credentials = [token];
    if (bearer.token !== token) bearer = createBearer(token);
    return { ...request, headers: bearer.addTo(request.headers) };
  };

  return async (request) => {
    const waiting = tokens.current(request.deadline);
    const token = typeof waiting === "string" ? waiting : await waiting.catch(throwNoToken);
    const response = await send(authorized(request, token));
    note(token, response.status);
    // Where a person has to verify first, the token is not to blame.
    if (response.status !== 401 || asksForSca(response)) return response;
    const endpoint = endpointOf(request);
    const other = await tokens.replace(token, request.deadline, endpoint).catch(throwNoToken);
    if (other === undefined) return response;
    // The body was consumed and cannot be sent again, but the next call can use the new token.
    if (isReadOnce(request)) {
      request.progress.hint = spent;
      return response;
    }
    // The API did nothing with the first request, so this is not a second write.
    const second = await send(authorized(request, other));
    note(other, second.status);
    if (second.status === 401) tokens.refusedTwice?.(endpoint);
    return second;
  };
}

/** What a token is accepted or refused for: a permission may be missing for one endpoint or one account. */
function endpointOf({ operation, path, headers }: WireRequest): string {
  const account = headers.indexOf("x-on-behalf-of");
  const isModelled = operation !== "request";
  return [isModelled ? operation : path, account === -1 ? "" : headers[account + 1]].join(" ");
}

/** What kept a token from being had is an error of another call. */
function throwNoToken(error: unknown): never {
  const isOwn = error instanceof DeadlineError || error instanceof NoTokenError;
  throw isOwn ? error : new NoTokenError("the renewal of its token failed", error);
}

/** Calls without options share their lists of headers, so each list is extended once per token. */
function createBearer(token: string) {
  const value = `Bearer ${token}`;
  const extended = new WeakMap<readonly string[], readonly string[]>();
  return {
    token,
    addTo(headers: readonly string[]): readonly string[] {
      const whole = extended.get(headers) ?? [...headers, "authorization", value];
      extended.set(headers, whole);
      return whole;
    },
  };
}

const spent = "its token has been replaced; call again, with a stream that nobody has read";
