/** Spends one refresh token, as often as it takes and as long as it is safe. */

import type { TokenPair } from "./oauth-tokens.js";

/** What came of spending a refresh token once. */
export type RefreshAnswer =
  | { readonly kind: "issued"; readonly pair: TokenPair }
  /** The request never left. */
  | { readonly kind: "not_sent"; readonly error: unknown }
  /** It left, and no clear answer came: it may have been spent. */
  | { readonly kind: "lost"; readonly error: unknown }
  /** Another refresh of the same token is under way at the server. */
  | { readonly kind: "busy"; readonly error: unknown }
  /** Expired, revoked or used before. */
  | { readonly kind: "dead"; readonly error: unknown }
  /** The client itself was refused, and the token was not looked at. */
  | { readonly kind: "refused"; readonly error: unknown };

/** What came of spending it as often as it took. */
export type Spent =
  | Exclude<RefreshAnswer, { readonly kind: "issued" }>
  | { readonly kind: "issued"; readonly pair: TokenPair; readonly sentAtMs: number };

export type Refresh = (refreshToken: string, timeoutMs: number) => Promise<RefreshAnswer>;

export interface SpendTools {
  readonly refresh: Refresh;
  readonly limits: { readonly requestMs: number; readonly againMs: number };
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * Spends until there is an answer to act on, or no time for another request. `lost` comes out when any
 * request may have been worked on; `not_sent` only when none was.
 */
export async function spendInTime(
  { refresh, limits, nowMs, sleep, random }: SpendTools,
  refreshToken: string,
  timeLeft: () => number,
): Promise<Spent> {
  let lost: Spent | undefined;
  for (let waitMs = limits.againMs; ; waitMs *= 2) {
    // A process that slept until here must not spend what others may have spent meanwhile.
    if (timeLeft() <= 0) return lost ?? { kind: "not_sent", error: new Error("no time was left") };
    const sentAtMs = nowMs();
    const answer = await refresh(refreshToken, limits.requestMs);
    if (answer.kind === "issued") return { ...answer, sentAtMs };
    if (answer.kind === "dead" || answer.kind === "refused") {
      return answer.kind === "refused" && lost ? lost : answer;
    }
    if (answer.kind === "lost") lost = answer;
    const pauseMs = waitMs * (0.5 + random() / 2);
    if (timeLeft() <= pauseMs) return lost ?? answer;
    await sleep(pauseMs);
  }
}
