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
  /** Waits until the request may go. */
  enter(endpoint: string, deadline: Deadline): Promise<Permit>;
}

/** A request that may go. */
export interface Permit {
  /** To be called when it leaves, which is later where a socket has to be opened first. */
  readonly left: () => void;
  /** To be called when it is over. */
  readonly end: () => void;
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
  /** Called when a request begins to wait, when one is over, and when none that waits has a time to go. */
  demand(): void;
}

export function createRateLimiter(
  limits: RateLimits,
  makePacer: (traffic: Traffic) => Pacer & Partial<AskingPacer>,
): RateLimiter {
  const queues = createQueues();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const pacer = makePacer({
    waiting: queues.lengths,
    running: () => running,
    changed: release,
  });

  function release(): void {
    clearTimeout(timer);
    while (running < limits.concurrent) {
      const next = soonest(queues.lengths(), pacer);
      if (!next) return;
      const waitMs = Math.max(next.readyAtMs, pacer.anyReadyAtMs()) - performance.now();
      if (waitMs === Number.POSITIVE_INFINITY) {
        pacer.demand?.();
        return;
      }
      if (waitMs > 0) {
        timer = setTimeout(release, Math.min(Math.ceil(waitMs), longestTimerMs));
        return;
      }
      pacer.sent(next.endpoint);
      running++;
      queues.of(next.endpoint).shift()?.(permitOf(next, pacer, end));
    }
  }

  function end(): void {
    running--;
    pacer.demand?.();
    release();
  }

  return {
    ...{ limits, passed: pacer.passed, refused: pacer.refused, pause: pacer.pause },
    enter(endpoint, deadline) {
      const entered = waitInQueue(queues.of(endpoint), deadline);
      pacer.demand?.();
      release();
      return entered;
    },
  };
}

function permitOf({ endpoint, readyAtMs }: Ready, pacer: Pacer, end: () => void): Permit {
  const sentAtMs = performance.now();
  return { left: () => pacer.left(endpoint, sentAtMs, readyAtMs), end };
}

/** The requests that wait for an endpoint. */
type Queue = ((permit: Permit) => void)[];

function createQueues() {
  const queues = new Map<string, Queue>();
  return {
    of(endpoint: string): Queue {
      const queue = queues.get(endpoint) ?? [];
      queues.set(endpoint, queue);
      return queue;
    },
    *lengths(): Generator<readonly [endpoint: string, count: number]> {
      for (const [endpoint, queue] of queues) if (queue.length > 0) yield [endpoint, queue.length];
    },
  };
}

/** Resolves when the request is called, unless its deadline ends the wait. */
function waitInQueue(queue: Queue, deadline: Deadline): Promise<Permit> {
  return new Promise((resolve, reject) => {
    const start = (permit: Permit): void => {
      deadline.unwatch();
      resolve(permit);
    };
    queue.push(start);
    deadline.watch("waiting for its turn under the rate limit", (error) => {
      queue.splice(queue.indexOf(start), 1);
      reject(error);
    });
  });
}

interface Ready {
  readonly endpoint: string;
  readonly readyAtMs: number;
}

/** The endpoint that is ready first, among those with requests waiting. */
function soonest(waiting: ReturnType<Traffic["waiting"]>, pacer: Pacer): Ready | undefined {
  let next: Ready | undefined;
  for (const [endpoint] of waiting) {
    const readyAtMs = pacer.readyAtMs(endpoint);
    if (!next || readyAtMs < next.readyAtMs) next = { endpoint, readyAtMs };
  }
  return next;
}
