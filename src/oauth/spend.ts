/** Spends one refresh token, as often as it takes and for as long as that is safe. */

import type { Turn } from "./refresh-queue.js";
import type { TokenPair } from "./tokens.js";

/** The outcome of one request to the token endpoint. */
export type RefreshAnswer =
  | { readonly kind: "issued"; readonly pair: TokenPair }
  /** The request never left. */
  | { readonly kind: "not_sent"; readonly error: unknown }
  /** The request was sent, but there was no clear response: the token may have been spent. */
  | { readonly kind: "lost"; readonly error: unknown }
  /** The server is already refreshing the same token, or has too many requests: 429. */
  | { readonly kind: "busy"; readonly error: unknown; readonly retryAfterMs?: number | undefined }
  /** Expired, revoked or used before. */
  | { readonly kind: "dead"; readonly error: unknown }
  /** The client itself was rejected, and the token was not looked at. */
  | { readonly kind: "refused"; readonly error: unknown };

/** The outcome of all requests together. */
export type Spent =
  | Exclude<RefreshAnswer, { readonly kind: "issued" }>
  | { readonly kind: "issued"; readonly pair: TokenPair; readonly sentAtMs: number };

export type Refresh = (refreshToken: string, timeoutMs: number) => Promise<RefreshAnswer>;

export interface SpendTools {
  readonly refresh: Refresh;
  readonly limits: { readonly requestMs: number; readonly backOffMs: number };
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/**
 * Spends until there is a response to act on, or no time for another request. After a lost response the
 * result is `lost`, unless a later request yields a pair or finds the token dead. `not_sent` means that no
 * request was processed.
 */
export async function spendInTime(
  { refresh, limits, nowMs, sleep, random }: SpendTools,
  turn: Turn,
  refreshToken: string,
  timeLeft: () => number,
): Promise<Spent> {
  let lost: Spent | undefined;
  if (timeLeft() <= 0) {
    turn.late();
    return { kind: "busy", error: new Error("the store left no time to send the request") };
  }
  for (let waitMs = limits.backOffMs; ; waitMs *= 2) {
    const sentAtMs = nowMs();
    turn.sent();
    const answer = await refresh(refreshToken, limits.requestMs);
    turn.answered(answer);
    if (answer.kind === "issued") return { ...answer, sentAtMs };
    if (answer.kind === "dead") return answer;
    if (answer.kind === "refused") return lost ?? answer;
    if (answer.kind === "lost") lost = answer;
    const pauseMs = Math.max(waitMs * (0.5 + random() / 2), turn.delayMs());
    if (timeLeft() <= pauseMs) return lost ?? answer;
    await sleep(pauseMs);
    // A process that was suspended until here must not spend what others may have spent meanwhile.
    if (timeLeft() <= 0) return lost ?? answer;
  }
}
