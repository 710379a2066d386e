/** Gives every request its bearer token, and a refused token one replacement. */

import type { Send, WireRequest } from "../core/wire.js";
import type { TokenManager } from "./token-manager.js";

export function withAuth(send: Send, tokens: TokenManager): Send {
  // A server that fails may not have looked at the token.
  const note = (token: string, status: number): void => {
    if (status !== 401 && status < 500) tokens.worked?.(token);
  };
  return async (request) => {
    const waiting = tokens.current(request.deadline);
    const token = typeof waiting === "string" ? waiting : await waiting;
    const response = await send(authorized(request, token));
    note(token, response.status);
    if (response.status !== 401) return response;
    const other = await tokens.replace(token, request.deadline);
    if (other === undefined) return response;
    // What was read is gone, but the next call needs the other token all the same.
    if (isSpent(request)) return { ...response, hint: spent };
    // The remote did nothing with the first one, so this is no second write.
    const second = await send(authorized(request, other));
    note(other, second.status);
    return second;
  };
}

const spent = "its token has been replaced; call again, with a stream that nobody has read";

function authorized(request: WireRequest, token: string): WireRequest {
  request.progress.bearer = token;
  return { ...request, headers: [...request.headers, "authorization", `Bearer ${token}`] };
}

function isSpent({ body }: WireRequest): boolean {
  return typeof body === "object" && "open" in body && !body.replayable;
}
