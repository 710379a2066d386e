/** A rate limiter for each account that is called for: the API counts each account on its own. */

import { isError } from "../checks/errors.js";
import { createPacer, type RateLimits } from "../retry/pace.js";
import { createRateLimiter, type RateLimiter } from "../retry/rate-limit.js";
import type { Store } from "../stores/store.js";
import { warnOnce } from "../stores/warnings.js";
import { createSharedPacer } from "./shared-pace.js";

export interface LimiterOptions {
  readonly limits: RateLimits;
  /** Through which processes share the limits; without it, each process counts for itself. */
  readonly store: Store | undefined;
  /** Origin of the API: the same account may exist in several environments. */
  readonly origin: string;
  readonly random: () => number;
}

/** Accounts beyond this number are forgotten, the longest unused first. */
const mostAccounts = 10_000;

/** @returns the limiter for an account, named by who calls for it */
export function createLimiters(options: LimiterOptions): (caller: string) => RateLimiter {
  const limiters = new Map<string, RateLimiter>();
  return (caller) => {
    const limiter = limiters.get(caller) ?? createLimiter(options, caller);
    limiters.delete(caller);
    limiters.set(caller, limiter);
    const [oldest] = limiters.keys();
    if (limiters.size > mostAccounts && oldest !== undefined) limiters.delete(oldest);
    return limiter;
  };
}

function createLimiter(
  { limits, store, origin, random }: LimiterOptions,
  caller: string,
): RateLimiter {
  if (!store) return createRateLimiter(limits, () => createPacer(limits, random));
  const onAway = (error: unknown): void => {
    const reason = isError(error) ? error.message : "it failed";
    warnOnce(
      store,
      "rate limit",
      `The rate limit is not shared while its store is away, and this process keeps to its share of it: ${reason}`,
    );
  };
  const name = `airwallex:limits:${origin}:${caller}`;
  return createRateLimiter(limits, (traffic) =>
    createSharedPacer({ store, name, limits, random, onAway }, traffic),
  );
}
