/**
 * Makes failed attempts again, as policy.ts allows, and waits before each.
 *
 * The wait is the API's `Retry-After`, or else 1, 2, 4, 8, 16 s with full jitter
 * (https://www.airwallex.com/docs/developer-tools/api/rate-limits advises these steps). It is at least
 * half a step where the API may still be working on an earlier attempt: before a look-up, and while it
 * says that the same request is in progress. Such a request does not use up `maxRetries`: it is waited for
 * until the deadline.
 *
 * A 429 also holds back every other call of the client, so that waiting callers do not all retry at once;
 * a call whose deadline comes first fails with that 429 without being sent. Requests that are spaced
 * (rate-limit.ts) already keep to the limits. If one is refused anyway and the API does not say for how
 * long, only its endpoint is held back, and only for a moment.
 */

import type { Topics } from "../report/observe.js";
import type { Send, WireRequest, WireResponse } from "../transport/wire.js";
import type { CoolDown } from "./cool-down.js";
import { observed, publishRetry } from "./observed.js";
import { type Ending, isAmbiguous, isInProgress, reasonToRetry } from "./policy.js";
import type { RateLimiter } from "./rate-limit.js";
import { longestHoldMs, retryAfterMs } from "./retry-after.js";

export interface RetryOptions {
  readonly topics: Topics;
  /** Returns a number from 0 up to 1. */
  readonly random: () => number;
  /** Shared by all calls to the same account. */
  readonly coolDown: CoolDown;
  /** Makes every attempt wait for its turn. */
  readonly limiter?: RateLimiter | undefined;
  /** What to wait for before a turn is taken, if anything: a request must not come late for its turn. */
  readonly beforeTurn?: ((origin: string) => Promise<void> | undefined) | undefined;
}

/** A write of class `lookup` may have been done: it is sent again only if a look-up finds no trace of it. */
export class LookUpFirst extends Error {
  /** How the last attempt ended. */
  readonly ending: Ending;

  constructor(ending: Ending) {
    super("the write must be looked up before it is sent again");
    this.ending = ending;
  }
}

/** An attempt failed, and may be made again. */
class RetryableFailure extends Error {
  readonly reason: string;
  readonly ending: Ending;
  readonly inProgress: boolean;

  constructor(reason: string, ending: Ending, inProgress: boolean) {
    super(reason);
    this.reason = reason;
    this.ending = ending;
    this.inProgress = inProgress;
  }
}

/**
 * Sends until a response is final. The request's deadline bounds everything, including waits.
 *
 * @returns a `send` that rejects with {@link LookUpFirst} instead of repeating what must be looked up
 */
export function withRetry(send: Send, options: RetryOptions): Send {
  const attempt = inTurn(createAttempt(observed(send, options.topics)), options);

  async function retry(first: RetryableFailure, request: WireRequest): Promise<WireResponse> {
    const { default: pRetry } = await loadPRetry();
    const { progress } = request;
    let last = first;
    return pRetry(
      (attemptNumber) => {
        // The first attempt has been made.
        if (attemptNumber === 1) throw first;
        if (!last.inProgress) progress.retries += 1;
        if (looksFirst(request)) throw new LookUpFirst(last.ending);
        return attempt(request);
      },
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 0,
        async onFailedAttempt({ error }) {
          if (!(error instanceof RetryableFailure) || !hasRetriesLeft(error, request)) return;
          last = error;
          await waitToRetry(error, request, options);
        },
        shouldRetry: ({ error }) =>
          error instanceof RetryableFailure && hasRetriesLeft(error, request),
      },
    );
  }

  async function attemptAndRetry(request: WireRequest): Promise<WireResponse> {
    try {
      return await attempt(request);
    } catch (error) {
      if (!(error instanceof RetryableFailure)) throw error;
      return await retry(error, request).catch(throwLastEnding);
    }
  }

  return (request) =>
    pRetryModule || request.maxRetries === 0
      ? attemptAndRetry(request)
      : whileLoading(attemptAndRetry(request));
}

let pRetryModule: typeof import("p-retry") | undefined;

async function loadPRetry(): Promise<typeof import("p-retry")> {
  pRetryModule ??= await import("p-retry");
  return pRetryModule;
}

/** Loads p-retry during the first call: the first retry, perhaps under fake timers, must not wait for it. */
async function whileLoading(answer: Promise<WireResponse>): Promise<WireResponse> {
  const [response] = await Promise.all([answer, loadPRetry().catch(() => undefined)]);
  return response;
}

/** A response that no retry could replace is the response of the call. */
function throwLastEnding(error: unknown): WireResponse {
  if (!(error instanceof RetryableFailure)) throw error;
  if ("error" in error.ending) throw error.ending.error;
  return error.ending;
}

function hasRetriesLeft({ inProgress }: RetryableFailure, request: WireRequest): boolean {
  const { maxRetries, progress } = request;
  return inProgress ? maxRetries > 0 : progress.retries < maxRetries;
}

function looksFirst({ retry, progress }: WireRequest): boolean {
  return retry === "lookup" && progress.ambiguous;
}

/** One attempt: rejects with {@link RetryableFailure} if it may be made again. */
function createAttempt(send: Send): Send {
  return async (request) => {
    const { progress, deadline } = request;
    deadline.check();
    progress.attempts += 1;
    let ending: Ending;
    try {
      ending = await send(request);
      if (ending.status < 300) return ending;
    } catch (error) {
      ending = { error };
    }
    if (isAmbiguous(request, ending)) progress.ambiguous = true;
    const reason = deadline.ended ? undefined : reasonToRetry(request, ending);
    if (reason !== undefined) {
      const inProgress = request.retry === "request_id" && isInProgress(request, ending);
      throw new RetryableFailure(reason, ending, inProgress);
    }
    if ("error" in ending) throw ending.error;
    return ending;
  };
}

/** Lets an attempt wait for the cool-down, and for its turn under the rate limit. */
function inTurn(attempt: Send, { coolDown, limiter, beforeTurn }: RetryOptions): Send {
  async function afterCoolDown(request: WireRequest): Promise<WireResponse> {
    return (await coolDown.pass(request)) ?? (await attemptInTurn(request));
  }

  async function waitForTurn(request: WireRequest, limits: RateLimiter): Promise<WireResponse> {
    const { operation, origin, deadline } = request;
    const preparing = beforeTurn?.(origin);
    if (preparing) await deadline.race("connecting", preparing);
    const permit = await limits.enter(operation, deadline);
    request.progress.onSent = permit.left;
    try {
      return await attempt(request);
    } finally {
      permit.end();
    }
  }

  const attemptInTurn: Send = (request) =>
    limiter ? waitForTurn(request, limiter) : attempt(request);
  return (request) => (coolDown.active ? afterCoolDown(request) : attemptInTurn(request));
}

const backOffMs: readonly number[] = [1000, 2000, 4000, 8000, 16_000];

/** The longest wait before retry `count`, counted from 1. */
export function backOffStepMs(count: number): number {
  return backOffMs[Math.min(count, backOffMs.length) - 1] as number;
}

/** Rejects with the failure if the wait would be longer than the time that the call has left. */
async function waitToRetry(
  failure: RetryableFailure,
  request: WireRequest,
  { random, topics, coolDown, limiter }: RetryOptions,
): Promise<void> {
  const { reason, ending, inProgress } = failure;
  const response = "error" in ending ? undefined : ending;
  const asked = response && retryAfterMs(response.headers);
  const limited = reason === "429";
  const holdsAll = limited && (limiter === undefined || asked !== undefined);
  const step = backOffStepMs(request.progress.attempts);
  const least = looksFirst(request) && !limited ? step / 2 : 0;
  const shortest = inProgress ? step / 2 : least;
  const backOff = holdsAll ? step : shortest + (step - shortest) * random();
  const delayMs = Math.max(shortest, asked ?? backOff);
  if (limited && !holdsAll) limiter?.refused(request.operation);
  if (holdsAll && response) {
    const holdMs = Math.min(delayMs, longestHoldMs);
    coolDown.start(holdMs, response);
    limiter?.pause(holdMs);
  }
  request.progress.onRetry?.(response, "error" in ending ? ending.error : undefined);
  if (delayMs >= request.deadline.remainingMs) throw failure;
  publishRetry(topics, request, reason, delayMs);
  // The cool-down makes this call wait, like all the others.
  if (!holdsAll) await request.deadline.sleep("backing off", delayMs);
}
