/**
 * Keeps requests within the API's own limits, instead of bursting and being refused.
 *
 * Each request waits in its endpoint's queue. It goes when the pacer (pace.ts, or one that several processes
 * share) and the number of requests in flight allow it; the endpoint that has been ready longest goes first.
 */

import { longestTimerMs } from "../checks/values.js";
import type { Deadline } from "../transport/deadline.js";
import type { Pacer, RateLimits } from "./pace.js";

export interface RateLimiter extends Pick<Pacer, "passed" | "refused" | "pause"> {
  readonly limits: RateLimits;
  /** Waits for the request's turn; resolves with the function to call when the request is over. */
  enter(endpoint: string, deadline: Deadline): Promise<() => void>;
}

/** What a pacer can see of the requests. */
export interface Traffic {
  /** How many wait for each endpoint. */
  readonly waiting: () => Iterable<readonly [endpoint: string, count: number]>;
  /** How many are in flight. */
  readonly running: () => number;
  /** To be called when requests may go at other times than the pacer has said. */
  readonly changed: () => void;
}

/** A pacer that asks others first, so it must hear of requests that wait and of those that are over. */
export interface AskingPacer extends Pacer {
  /** Called when a request begins to wait, and when one is over. */
  demand(): void;
}

export function createRateLimiter(
  limits: RateLimits,
  makePacer: (traffic: Traffic) => Pacer & Partial<AskingPacer>,
): RateLimiter {
  const queues = new Map<string, (() => void)[]>();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;

  const pacer = makePacer({
    *waiting() {
      for (const [endpoint, queue] of queues) if (queue.length > 0) yield [endpoint, queue.length];
    },
    running: () => running,
    changed: release,
  });

  const queueOf = (endpoint: string): (() => void)[] => {
    const queue = queues.get(endpoint) ?? [];
    queues.set(endpoint, queue);
    return queue;
  };

  function release(): void {
    clearTimeout(timer);
    while (running < limits.concurrent) {
      const next = nextEndpoint(queues, pacer);
      if (!next) return;
      const waitMs = Math.max(next.readyAtMs, pacer.anyReadyAtMs()) - performance.now();
      if (waitMs === Number.POSITIVE_INFINITY) return;
      if (waitMs > 0) {
        timer = setTimeout(release, Math.min(Math.ceil(waitMs), longestTimerMs));
        return;
      }
      pacer.sent(next.endpoint);
      running++;
      queues.get(next.endpoint)?.shift()?.();
    }
  }

  const leave = (): void => {
    running--;
    pacer.demand?.();
    release();
  };

  return {
    limits,
    enter(endpoint, deadline) {
      const queue = queueOf(endpoint);
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
        pacer.demand?.();
        release();
      });
    },
    passed: pacer.passed,
    refused: pacer.refused,
    pause: pacer.pause,
  };
}

/** The endpoint that is ready first, among those with requests waiting. */
function nextEndpoint(queues: ReadonlyMap<string, readonly unknown[]>, pacer: Pacer) {
  let next: { readonly endpoint: string; readonly readyAtMs: number } | undefined;
  for (const [endpoint, queue] of queues) {
    if (queue.length === 0) continue;
    const readyAtMs = pacer.readyAtMs(endpoint);
    if (!next || readyAtMs < next.readyAtMs) next = { endpoint, readyAtMs };
  }
  return next;
}
