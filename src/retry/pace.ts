/**
 * When requests may go, by what this process knows.
 *
 * Requests are spaced evenly, so that a full second's quota takes 4 % longer than a second: room for
 * requests that travel at different speeds. Requests that a busy process sends up to a quarter of a second
 * late go at once to catch up, but never more within that window than the limit allows.
 *
 * A 429 means that somebody else uses the same limit. It holds the endpoint back for a moment and lowers
 * its pace, which recovers slowly: so processes that know nothing of each other come to share the limit.
 * The moment is random, or they would go on to send at the same time.
 */

/** The API's rate limits per account. */
export interface RateLimits {
  /** Requests per second across all endpoints. */
  readonly perSecond: number;
  /** Requests per second to any one endpoint. */
  readonly perEndpointPerSecond: number;
  /** Requests in flight at the same time. */
  readonly concurrent: number;
}

/** Decides when the requests to an endpoint may go. */
export interface Pacer {
  /** When a request to the endpoint may go, by `performance.now()`; `Infinity` while it is not known. */
  readyAtMs(endpoint: string): number;
  /** When a request to any endpoint may go. */
  anyReadyAtMs(): number;
  /** A request to the endpoint goes now. */
  sent(endpoint: string): void;
  /** A request went without asking. */
  passed(): void;
  /**
   * A request leaves now: late, if its socket had to be opened first.
   *
   * @param sentAtMs when it was counted as sent
   * @param readyAtMs when it might have gone
   */
  left(endpoint: string, sentAtMs: number, readyAtMs: number): void;
  /** A request to this endpoint was refused with 429. */
  refused(endpoint: string): void;
  /** Holds back all requests for this long. */
  pause(ms: number): void;
}

const windowMs = 1040;
const mostLatenessMs = 250;
/** A request that leaves this long after it was sent counts from when it left. */
const latenessThatCountsMs = 10;
const slowdown = { factor: 1.25, most: 16, recovery: 0.993, shortestHoldMs: 100, holdMs: 300 };
/** Of a faster pace, only the latest requests are remembered. */
const mostRemembered = 1000;

interface Pace {
  readyAtMs: number;
  /** When the next request would go if none were ever late. */
  dueAtMs: number;
  readonly intervalMs: number;
  /** How many times slower than the limit requests go; 1 is the limit itself. */
  slowness: number;
  heldUntilMs: number;
  /** When the latest requests went: as many as the limit allows in `windowMs`. */
  readonly sentAtMs: number[];
  readonly windowMs: number;
}

export function createPacer(limits: RateLimits, random: () => number): Pacer {
  const all = paceOf(limits.perSecond);
  const endpoints = new Map<string, Pace>();
  const of = (endpoint: string): Pace => {
    const known = endpoints.get(endpoint) ?? paceOf(limits.perEndpointPerSecond);
    endpoints.set(endpoint, known);
    return known;
  };

  return {
    readyAtMs: (endpoint) => of(endpoint).readyAtMs,
    anyReadyAtMs: () => all.readyAtMs,
    sent(endpoint) {
      advance(all);
      advance(of(endpoint));
    },
    passed: () => advance(all),
    left(endpoint, sentAtMs) {
      if (performance.now() - sentAtMs < latenessThatCountsMs) return;
      postpone(all, sentAtMs);
      postpone(of(endpoint), sentAtMs);
    },
    refused(endpoint) {
      const pace = of(endpoint);
      const now = performance.now();
      // Requests that were in flight together are refused for the same reason.
      if (now < pace.heldUntilMs) return;
      pace.slowness = Math.min(pace.slowness * slowdown.factor, slowdown.most);
      pace.heldUntilMs = now + slowdown.shortestHoldMs + random() * slowdown.holdMs;
      pace.dueAtMs = Math.max(pace.dueAtMs, pace.heldUntilMs);
      pace.readyAtMs = Math.max(pace.readyAtMs, pace.heldUntilMs);
    },
    pause(ms) {
      all.readyAtMs = Math.max(all.readyAtMs, performance.now() + ms);
    },
  };
}

function paceOf(perSecond: number): Pace {
  const remembered = Math.min(Math.max(1, Math.floor(perSecond)), mostRemembered);
  return {
    ...{ readyAtMs: 0, dueAtMs: 0, slowness: 1, heldUntilMs: 0 },
    intervalMs: windowMs / perSecond,
    sentAtMs: new Array<number>(remembered).fill(-windowMs),
    windowMs: windowMs * Math.min(1, mostRemembered / perSecond),
  };
}

function advance(pace: Pace): void {
  const { dueAtMs, intervalMs, sentAtMs, slowness } = pace;
  const now = performance.now();
  sentAtMs.shift();
  sentAtMs.push(now);
  pace.dueAtMs = Math.max(dueAtMs, now - mostLatenessMs) + intervalMs * slowness;
  const allowedAtMs = (sentAtMs[0] ?? 0) + pace.windowMs;
  pace.readyAtMs = Math.max(pace.dueAtMs, allowedAtMs);
  pace.slowness = 1 + (slowness - 1) * slowdown.recovery;
}

/** Counts the request that was sent at this time as one that goes now. */
function postpone(pace: Pace, atMs: number): void {
  const { sentAtMs } = pace;
  const after = sentAtMs.findIndex((otherMs) => otherMs > atMs);
  sentAtMs.splice(after === -1 ? sentAtMs.length - 1 : Math.max(0, after - 1), 1);
  sentAtMs.push(performance.now());
  pace.readyAtMs = Math.max(pace.readyAtMs, (sentAtMs[0] ?? 0) + pace.windowMs);
}
