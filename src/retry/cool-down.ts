/** After a 429 the whole client holds back; otherwise all waiting callers would retry at the same moment. */

import { apiCodeOf } from "../transport/body.js";
import type { WireRequest, WireResponse } from "../transport/wire.js";

export interface CoolDown {
  readonly active: boolean;
  /** Holds every attempt back for this long; a cool-down that already lasts longer stays in force. */
  start(ms: number, refusal: WireResponse): void;
  /**
   * Waits until the cool-down is over, plus a short random delay. If the cool-down would outlast the
   * deadline, returns the 429 that started it without waiting.
   */
  pass(request: Pick<WireRequest, "deadline" | "progress">): Promise<WireResponse | undefined>;
}

/** Waiters resume spread over this share of the wait, but over no more than this many milliseconds. */
const spread = { share: 0.5, maxMs: 1000 };

export function createCoolDown(random: () => number): CoolDown {
  let untilMs = 0;
  let lengthMs = 0;
  let refusal: WireResponse | undefined;
  return {
    get active() {
      return untilMs !== 0 && performance.now() < untilMs;
    },
    start(ms, response) {
      const until = performance.now() + ms;
      if (until <= untilMs) return;
      untilMs = until;
      lengthMs = ms;
      refusal = response;
    },
    async pass({ deadline, progress }) {
      // It may be extended while we wait.
      while (performance.now() < untilMs) {
        const leftMs = untilMs - performance.now();
        if (refusal && leftMs >= deadline.remainingMs) {
          const seconds = String(Math.ceil(leftMs / 1000));
          progress.hint = `another call was refused, and all are held back for ${seconds} s more, longer than this one may take`;
          return forOthers(refusal, seconds);
        }
        const jitterMs = random() * Math.min(lengthMs * spread.share, spread.maxMs);
        await deadline.sleep("waiting for the rate limit to pass", leftMs + jitterMs);
      }
      return undefined;
    },
  };
}

/** Keeps only the code: the rest is about another call, and may quote what that call sent. */
function forOthers(refusal: WireResponse, seconds: string): WireResponse {
  const headers = { ...refusal.headers, "retry-after": seconds };
  const body = Buffer.from(JSON.stringify({ code: apiCodeOf(refusal) }));
  return { status: refusal.status, headers, body };
}
