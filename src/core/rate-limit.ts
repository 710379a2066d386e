/**
 * Spaces requests so that the API's own limits are kept, instead of bursting and being refused.
 *
 * Each request waits in the queue of its endpoint. It goes when the endpoint, the account and the
 * number of running requests all allow it; the endpoint that has been ready for longest goes first.
 * Requests follow each other at even distances, so that as many as the limit allows take 4 % more than
 * a second: room for those that travel at different speed. Those that a busy process is late with by up
 * to a quarter of a second go at once, but never more in that time than the limit allows.
 *
 * A 429 says that somebody else uses the same limit. It holds back the endpoint for a moment, and
 * twice as long each time that the next request is refused as well.
 */

import { type Deadline, longestTimerMs } from "./deadline.js";

/** What the API allows one account. */
export interface RateLimits {
  /** Requests in a second, over all endpoints. */
  readonly perSecond: number;
  /** Requests in a second to one endpoint. */
  readonly perEndpointPerSecond: number;
  /** Requests under way at the same time. */
  readonly concurrent: number;
}

export interface RateLimiter {
  readonly limits: RateLimits;
  /** Waits for the request's turn; answers what to call when it is over. */
  enter(endpoint: string, deadline: Deadline): Promise<() => void>;
  /** A request goes that waits for nobody, such as a login: the others keep their distance from it. */
  passed(): void;
  /** A request to this endpoint was refused with 429. */
  refused(endpoint: string): void;
  /** Lets nothing go for this long. */
  pause(ms: number): void;
}

const windowMs = 1040;
const mostLatenessMs = 250;
const firstHoldMs = 100;
const longestHoldMs = 8000;

interface Pace {
  readyAtMs: number;
  /** When the next would go if nothing was ever late. */
  dueAtMs: number;
  readonly intervalMs: number;
  /** When the latest went, as many as the limit allows in a second. */
  readonly sentAtMs: number[];
}

interface Lane {
  readonly pace: Pace;
  readonly queue: (() => void)[];
  holdMs: number;
  heldUntilMs: number;
}

export function createRateLimiter(limits: RateLimits): RateLimiter {
  const all = paceOf(limits.perSecond);
  const lanes = new Map<string, Lane>();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;

  const laneOf = (endpoint: string): Lane => {
    const known = lanes.get(endpoint);
    if (known) return known;
    const lane = {
      pace: paceOf(limits.perEndpointPerSecond),
      queue: [],
      holdMs: 0,
      heldUntilMs: 0,
    };
    lanes.set(endpoint, lane);
    return lane;
  };

  const leave = (): void => {
    running--;
    release();
  };

  function release(): void {
    clearTimeout(timer);
    while (running < limits.concurrent) {
      const lane = nextLane(lanes.values());
      if (!lane) return;
      const waitMs = Math.max(all.readyAtMs, lane.pace.readyAtMs) - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(release, Math.min(Math.ceil(waitMs), longestTimerMs));
        return;
      }
      advance(all);
      advance(lane.pace);
      running++;
      lane.queue.shift()?.();
    }
  }

  return {
    limits,
    enter(endpoint, deadline) {
      const { queue } = laneOf(endpoint);
      return new Promise((resolve, reject) => {
        const start = (): void => {
          deadline.unwatch();
          resolve(leave);
        };
        queue.push(start);
        deadline.watch("waiting for its turn under the rate limit", (error) => {
          queue.splice(queue.indexOf(start), 1);
          reject(error);
        });
        release();
      });
    },
    passed() {
      advance(all);
    },
    refused(endpoint) {
      const lane = laneOf(endpoint);
      const now = performance.now();
      // Those that were under way together are refused for one reason.
      if (now < lane.heldUntilMs) return;
      const again = now - lane.heldUntilMs < 1000;
      lane.holdMs = again ? Math.min(lane.holdMs * 2, longestHoldMs) : firstHoldMs;
      lane.heldUntilMs = now + lane.holdMs;
      lane.pace.readyAtMs = Math.max(lane.pace.readyAtMs, lane.heldUntilMs);
    },
    pause(ms) {
      all.readyAtMs = Math.max(all.readyAtMs, performance.now() + ms);
    },
  };
}

function paceOf(perSecond: number): Pace {
  const sentAtMs = new Array<number>(Math.max(1, Math.floor(perSecond))).fill(-windowMs);
  return { readyAtMs: 0, dueAtMs: 0, intervalMs: windowMs / perSecond, sentAtMs };
}

function advance(pace: Pace): void {
  const { dueAtMs, intervalMs, sentAtMs } = pace;
  const now = performance.now();
  sentAtMs.shift();
  sentAtMs.push(now);
  pace.dueAtMs = Math.max(dueAtMs, now - mostLatenessMs) + intervalMs;
  const allowedAtMs = (sentAtMs[0] ?? 0) + windowMs;
  pace.readyAtMs = Math.max(pace.dueAtMs, allowedAtMs);
}

/** Of those where somebody waits, the one that is ready first. */
function nextLane(lanes: Iterable<Lane>): Lane | undefined {
  let next: Lane | undefined;
  for (const lane of lanes) {
    if (lane.queue.length === 0) continue;
    if (!next || lane.pace.readyAtMs < next.pace.readyAtMs) next = lane;
  }
  return next;
}
