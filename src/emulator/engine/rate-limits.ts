/**
 * The API's rate limits, counted on the emulator's clock.
 *
 * @see https://www.airwallex.com/docs/developer-tools/api/rate-limits
 */

import { allOf, refuseUnknown } from "../../checks/options.js";
import { entryOf, isObject, kindOf, showNumber } from "../../checks/values.js";
import { Refusal, refusalOfStatus } from "./refusal.js";

/** Limits of an account; omitted ones are not enforced. */
export interface RateLimits {
  /** Requests per second, across all endpoints. */
  readonly perSecond?: number | undefined;
  /** Requests per second to one endpoint. */
  readonly perEndpointPerSecond?: number | undefined;
  /** Requests being answered at the same time. */
  readonly concurrent?: number | undefined;
  /** Logins per minute. */
  readonly loginsPerMinute?: number | undefined;
}

const documented: Readonly<Record<"sandbox" | "production", RateLimits>> = {
  sandbox: { perSecond: 20, perEndpointPerSecond: 10, concurrent: 10, loginsPerMinute: 100 },
  production: { perSecond: 100, perEndpointPerSecond: 20, concurrent: 50, loginsPerMinute: 100 },
};

const known: ReadonlySet<string> = allOf<keyof RateLimits>({
  perSecond: true,
  perEndpointPerSecond: true,
  concurrent: true,
  loginsPerMinute: true,
});

/** @throws TypeError for an unknown name; RangeError for an unknown environment, or a limit that is not a whole number above 0. */
export function rateLimitsOf(choice: false | string | RateLimits): RateLimits {
  if (choice === false) return {};
  const limits = typeof choice === "string" ? entryOf(documented, choice) : choice;
  if (limits === undefined) {
    throw new RangeError(
      `Cannot make emulator: rateLimits is ${showNumber(choice)}, expected false, "sandbox", "production" or numbers`,
    );
  }
  if (!isObject(limits)) {
    throw new TypeError(
      `Cannot make emulator: rateLimits is ${kindOf(limits)}, expected false, "sandbox", "production" or numbers`,
    );
  }
  refuseUnknown("Cannot make emulator", limits, known, "rateLimits.");
  for (const [name, limit] of Object.entries(limits as RateLimits)) {
    if (limit === undefined || (Number.isInteger(limit) && limit > 0)) continue;
    throw new RangeError(
      `Cannot make emulator: rateLimits.${name} is ${showNumber(limit)}, expected a whole number above 0`,
    );
  }
  return limits;
}

export interface Limiter {
  /**
   * Counts a request to an endpoint, and returns a function to call when it has been answered.
   *
   * @throws Refusal if there are too many.
   */
  enter(endpoint: string): () => void;
  /** Counts a login. @throws Refusal if there are too many. */
  login(): void;
}

export function createLimiter(
  limits: RateLimits,
  nowMs: () => number,
  retryAfter: boolean,
): Limiter {
  const windows = new Map<string, number[]>();
  let running = 0;

  /** Returns a function that counts the request, for when nothing else refuses it. */
  const makeRoom = (name: string, limit: number | undefined, windowMs: number): (() => void) => {
    if (limit === undefined) return () => {};
    const now = nowMs();
    // A clock that was set back must not lock everyone out, so times ahead of it are dropped too.
    const recent = (windows.get(name) ?? []).filter((ms) => ms > now - windowMs && ms <= now);
    windows.set(name, recent);
    if (recent.length >= limit) throw tooMany(retryAfter, (recent[0] ?? now) + windowMs - now);
    return () => recent.push(now);
  };

  return {
    enter(endpoint) {
      if (running >= (limits.concurrent ?? Number.POSITIVE_INFINITY)) throw tooMany(retryAfter, 0);
      const countHere = makeRoom(endpoint, limits.perEndpointPerSecond, 1_000);
      const countEverywhere = makeRoom("all endpoints", limits.perSecond, 1_000);
      countHere();
      countEverywhere();
      running++;
      return () => {
        running--;
      };
    },
    login() {
      makeRoom("logins", limits.loginsPerMinute, 60_000)();
    },
  };
}

function tooMany(retryAfter: boolean, waitMs: number): Refusal {
  const { status, code, message } = refusalOfStatus(429);
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  return new Refusal(status, code, message, {
    headers: retryAfter ? { "retry-after": seconds } : {},
  });
}
