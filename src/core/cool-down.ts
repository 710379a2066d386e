/** After a 429 the whole client holds back, or every waiting caller would return at the same moment. */

import type { Deadline } from "./deadline.js";

export interface CoolDown {
  readonly active: boolean;
  /** Holds every attempt back for this long from now; a longer one in force stays. */
  start(ms: number): void;
  /** Waits until the cool-down is over, and then a little more, at random. */
  pass(deadline: Deadline): Promise<void>;
}

/** Waiters leave spread over this share of the wait, and over this many milliseconds at most. */
const spread = { share: 0.5, maxMs: 1000 };

export function createCoolDown(random: () => number): CoolDown {
  let untilMs = 0;
  let lengthMs = 0;
  return {
    get active() {
      return untilMs !== 0 && performance.now() < untilMs;
    },
    start(ms) {
      const until = performance.now() + ms;
      if (until <= untilMs) return;
      untilMs = until;
      lengthMs = ms;
    },
    async pass(deadline) {
      // It may be extended while we wait.
      while (performance.now() < untilMs) {
        const jitterMs = random() * Math.min(lengthMs * spread.share, spread.maxMs);
        const waitMs = untilMs - performance.now() + jitterMs;
        await deadline.sleep("waiting for the rate limit to pass", waitMs);
      }
    },
  };
}
