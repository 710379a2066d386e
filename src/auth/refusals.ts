/**
 * Tells a token that is refused from an endpoint that refuses every token.
 *
 * A refused token is replaced, and the request is sent again. If the new token is refused too, although
 * other endpoints accept it, the endpoint is to blame, such as for a permission that is missing. From then on
 * its refusals replace no token for a while, or each call to it would cost a login.
 */

export interface Refusals {
  /** Called for every response that proves the token was accepted, so it must cost next to nothing. */
  accepted(): void;
  /** A token and its replacement were both refused there. */
  refusedTwice(endpoint: string): void;
  /** Whether a refusal there says nothing about the token, which others have just accepted. */
  isToBlame(endpoint: string): boolean;
}

/** How long an endpoint is to blame: longer each time, because looking again costs a token. */
const restMs = { first: 15_000, most: 30 * 60_000 };
/** A token that was accepted longer ago may have been revoked since. */
const justMs = 10_000;
/** Endpoints of many accounts may refuse; those that nobody calls any more are forgotten. */
const mostEndpoints = 1000;

export function createRefusals(nowMs: () => number): Refusals {
  let blamed: Map<string, { readonly untilMs: number; readonly lengthMs: number }> | undefined;
  let acceptedAtMs = Number.NEGATIVE_INFINITY;
  return {
    accepted() {
      acceptedAtMs = nowMs();
    },
    refusedTwice(endpoint) {
      if (nowMs() - acceptedAtMs > justMs) return;
      blamed ??= new Map();
      const before = blamed.get(endpoint)?.lengthMs ?? restMs.first / 2;
      const lengthMs = Math.min(before * 2, restMs.most);
      if (blamed.size >= mostEndpoints) blamed.clear();
      blamed.set(endpoint, { untilMs: nowMs() + lengthMs, lengthMs });
    },
    isToBlame(endpoint) {
      const untilMs = blamed?.get(endpoint)?.untilMs ?? 0;
      return nowMs() < untilMs && nowMs() - acceptedAtMs <= justMs;
    },
  };
}
