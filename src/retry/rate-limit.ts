/**
 * Spaces requests to stay within the API's own limits, instead of bursting and being refused.
 *
 * Each request waits in its endpoint's queue. It goes when the endpoint, the account and the number of
 * requests in flight all allow it; the endpoint that has been ready longest goes first. Requests are
 * spaced evenly, so that a full second's quota takes 4 % longer than a second: room for requests that
 * travel at different speeds. Requests that a busy process sends up to a quarter of a second late go at
 * once to catch up, but never more within that window than the limit allows.
 *
 * A 429 means that somebody else uses the same limit. It holds the endpoint back for a moment, and twice
 * as long each time the next request is refused as well.
 */

import { longestTimerMs } from "../checks/values.js";
import type { Deadline } from "../transport/deadline.js";

/** The API's rate limits per account. */
export interface RateLimits {
  /** Requests per second across all endpoints. */
  readonly perSecond: number;
  /** Requests per second to any one endpoint. */
  readonly perEndpointPerSecond: number;
  /** Requests in flight at the same time. */
  readonly concurrent: number;
}

export interface RateLimiter {
  readonly limits: RateLimits;
  /** Waits for the request's turn; resolves with the function to call when the request is over. */
  enter(endpoint: string, deadline: Deadline): Promise<() => void>;
  /** Counts a request that does not queue, such as a login, so that the others are spaced around it. */
  passed(): void;
  /** A request to this endpoint was refused with 429. */
  refused(endpoint: string): void;
  /** Holds back all requests for this long. */
  pause(ms: number): void;
}

const windowMs = 1040;
const mostLatenessMs = 250;
const firstHoldMs = 100;
const longestHoldMs = 8000;

interface Pace {
  readyAtMs: number;
  /** When the next request would go if none were ever late. */
  dueAtMs: number;
  readonly intervalMs: number;
  /** When the latest requests went: as many as the limit allows per second. */
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
      // Requests that were in flight together are refused for the same reason.
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

/** The lane that is ready first, among those with requests waiting. */
function nextLane(lanes: Iterable<Lane>): Lane | undefined {
  let next: Lane | undefined;
  for (const lane of lanes) {
    if (lane.queue.length === 0) continue;
    if (!next || lane.pace.readyAtMs < next.pace.readyAtMs) next = lane;
  }
  return next;
}
