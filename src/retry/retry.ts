/**
 * When a failed attempt is retried, and after how long.
 *
 * | what happened                        | retried for                          | because                              |
 * |--------------------------------------|--------------------------------------|--------------------------------------|
 * | never sent (refused, DNS, connect)   | every class                          | the API has not seen it              |
 * | 429                                  | every class                          | refused before any work              |
 * | 409                                  | safe, request_id                     | the same request is in progress      |
 * | 408, 500, 502, 503, 504              | safe, idempotent, request_id, lookup | the work may have been done          |
 * | answer lost (cut, reset)             | safe, idempotent, request_id, lookup | the work may have been done          |
 * | anything else                        | none                                 | it would be refused again            |
 *
 * `lookup` first checks whether the work was done, and waits at least half a step before it does: the API
 * may still be working on it, and a retry would then do it twice. If the API refuses an attempt because an
 * earlier one of the same call did the work, the result of that earlier attempt is the result of the call;
 * if the id turns out to belong to something else, the refusal says to what. If the last attempt is lost
 * too, the resource looks once more, so that nothing knowable is left unknown. A body that exists only
 * once is sent only once.
 *
 * The wait is the API's `Retry-After`, or else 1, 2, 4, 8, 16 s with full jitter
 * (https://www.airwallex.com/docs/developer-tools/api/rate-limits advises these steps). A 429 also holds
 * back every other call of the client, so that waiting callers do not all retry at once; a call whose
 * deadline comes first fails with that 429 without being sent.
 *
 * Requests that are spaced (rate-limit.ts) already keep to the limits. If one is refused anyway and the
 * API does not say for how long, only its endpoint is held back, and only for a moment.
 */

import type { Topics } from "../report/observe.js";
import type { RetryClass } from "../schemas/endpoint.js";
import { apiCodeOf } from "../transport/body.js";
import { DeadlineError } from "../transport/deadline.js";
import {
  type IdTaken,
  type Send,
  WireError,
  type WireRequest,
  type WireResponse,
} from "../transport/wire.js";
import type { CoolDown } from "./cool-down.js";
import { failureCode, observed, publishRetry } from "./observed.js";
import type { RateLimiter } from "./rate-limit.js";
import { longestHoldMs, retryAfterMs } from "./retry-after.js";

const every: readonly RetryClass[] = ["safe", "idempotent", "request_id", "lookup", "never"];
const repeatable: readonly RetryClass[] = ["safe", "idempotent", "request_id", "lookup"];

const policy: Readonly<Record<string, readonly RetryClass[] | undefined>> = {
  "not sent": every,
  "answer lost": repeatable,
  "408": repeatable,
  "409": ["safe", "request_id"],
  "429": every,
  "500": repeatable,
  "502": repeatable,
  "503": repeatable,
  "504": repeatable,
};

const backOffMs: readonly number[] = [1000, 2000, 4000, 8000, 16_000];

const nothing: WireResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };

export interface RetryOptions {
  readonly topics: Topics;
  /** Returns a number from 0 up to 1. */
  readonly random: () => number;
  /** Shared by all calls to the same account. */
  readonly coolDown: CoolDown;
  /** Makes every attempt wait for its turn. */
  readonly limiter?: RateLimiter | undefined;
}

/** A failed attempt that the policy allows to be retried. */
class Repeatable extends Error {
  readonly reason: string;
  readonly response: WireResponse | undefined;

  constructor(reason: string, response: WireResponse | undefined, cause: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.response = response;
  }

  /** How the call ends if no further attempt is made. */
  get last(): Last {
    return this.response ?? { error: this.cause };
  }
}

/** Sends until a response is final. The request's deadline bounds everything, including waits. */
export function withRetry(send: Send, { topics, random, coolDown, limiter }: RetryOptions): Send {
  const attempt = classified(observed(send, topics));

  async function prepare(failure: Repeatable, request: WireRequest): Promise<void> {
    const { attempts } = request.progress;
    const asked = failure.response && retryAfterMs(failure.response.headers);
    const step = backOffMs[Math.min(attempts, backOffMs.length) - 1] as number;
    const limited = failure.reason === "429";
    const everybody = limited && (limiter === undefined || asked !== undefined);
    const least = looksFirst(request) && !limited ? step / 2 : 0;
    const backOff = everybody ? step : least + (step - least) * random();
    const delayMs = Math.max(least, asked ?? backOff);
    if (limited && !everybody) limiter?.refused(request.operation);
    if (everybody && failure.response) {
      const holdMs = Math.min(delayMs, longestHoldMs);
      coolDown.start(holdMs, failure.response);
      limiter?.pause(holdMs);
    }
    request.progress.onRetry?.(failure.response, failure.cause);
    if (delayMs >= request.deadline.remainingMs) throw failure;
    publishRetry(topics, request, failure.reason, delayMs);
    // The cool-down makes this call wait, like all the others.
    if (!everybody) await request.deadline.sleep("backing off", delayMs);
  }

  function once(request: WireRequest): Promise<WireResponse> {
    return coolDown.active ? afterCoolDown(request) : go(request);
  }

  async function afterCoolDown(request: WireRequest): Promise<WireResponse> {
    return (await coolDown.pass(request.deadline)) ?? (await go(request));
  }

  function go(request: WireRequest): Promise<WireResponse> {
    return limiter ? spaced(request, limiter) : attempt(request);
  }

  async function spaced(request: WireRequest, limiter: RateLimiter): Promise<WireResponse> {
    const leave = await limiter.enter(request.operation, request.deadline);
    try {
      // After a suspended process resumes, the turn can come before the deadline's timer fires.
      if (request.deadline.remainingMs === 0) throw new DeadlineError({ kind: "timeout" });
      return await attempt(request);
    } finally {
      leave();
    }
  }

  async function again(failure: Repeatable, request: WireRequest): Promise<WireResponse> {
    if (!request.lookup || !looksFirst(request)) return once(request);
    // A failed lookup says nothing: the earlier failure stands, and may be looked up again.
    const done = await request.lookup().catch(() => {
      request.deadline.check();
      throw failure;
    });
    return done ? { ...nothing, found: done.found } : once(request);
  }

  async function repeat(first: Repeatable, request: WireRequest): Promise<WireResponse> {
    const { default: pRetry } = await import("p-retry");
    await prepare(first, request);
    return pRetry(() => again(first, request), {
      retries: request.maxRetries - 1,
      minTimeout: 0,
      shouldRetry: ({ error }) => error instanceof Repeatable,
      onFailedAttempt: ({ error, retriesLeft }) =>
        error instanceof Repeatable && retriesLeft > 0 ? prepare(error, request) : undefined,
    });
  }

  async function afterFailure(first: unknown, request: WireRequest): Promise<Last> {
    if (!(first instanceof Repeatable)) return { error: first };
    if (request.maxRetries === 0) return first.last;
    try {
      return await repeat(first, request);
    } catch (error) {
      return error instanceof Repeatable ? error.last : { error };
    }
  }

  /** The result of an earlier attempt, if the last one was refused because the earlier one succeeded. */
  async function resultOf(refusal: WireResponse, request: WireRequest): Promise<Result | IdTaken> {
    const { alreadyDone, progress, deadline, maxRetries } = request;
    if (!alreadyDone?.apiCodes.includes(apiCodeOf(refusal))) return undefined;
    if (!progress.ambiguous && !alreadyDone.acrossCalls) return undefined;
    for (let looks = 0; ; looks++) {
      const done = await unlessItFails(alreadyDone.find(deadline.remainingMs), deadline);
      // What was created a moment ago may not be in the list yet.
      if (done || looks >= maxRetries) return done;
      const delayMs = (backOffMs[Math.min(looks, backOffMs.length - 1)] as number) * random();
      if (delayMs >= deadline.remainingMs) return undefined;
      await deadline.sleep("looking for what was done", delayMs);
    }
  }

  return async (request) => {
    let last: Last;
    try {
      last = await once(request);
    } catch (error) {
      last = await afterFailure(error, request);
    }
    if (!("error" in last) && last.status < 400) return last;
    const earlier = "error" in last ? undefined : await resultOf(last, request);
    if (earlier && "taken" in earlier) {
      request.progress.ambiguous = false;
      return { ...(last as WireResponse), hint: earlier.taken };
    }
    const done = earlier ?? (isInTheDark(last, request) ? await lookOnceMore(request) : undefined);
    if (done) return { ...nothing, found: done.found };
    if ("error" in last) throw last.error;
    return last;
  };
}

/** Whether to check that earlier attempts had no effect before making another. */
function looksFirst({ retry, progress }: WireRequest): boolean {
  return retry === "lookup" && progress.ambiguous;
}

/** How the last attempt ended. */
type Last = WireResponse | { readonly error: unknown };

type Result = { readonly found: unknown } | undefined;

/** Whether a call ends without knowing if its work was done. */
function isInTheDark(last: Last, { progress, deadline }: WireRequest): boolean {
  if (!progress.ambiguous || deadline.ended) return false;
  return "error" in last ? last.error instanceof WireError : unclear.has(last.status);
}

const unclear: ReadonlySet<number> = new Set([408, 409, 500, 502, 503, 504]);

/** Looks up the result of a write whose outcome is unclear; undefined if it stays unknown. */
export async function lookOnceMore({ lookup, deadline }: WireRequest): Promise<Result> {
  return lookup && (await unlessItFails(lookup(), deadline));
}

/** A failed search says nothing, so it counts as finding nothing. */
function unlessItFails<Found>(
  search: Promise<Found>,
  deadline: WireRequest["deadline"],
): Promise<Found | undefined> {
  return search.catch(() => {
    deadline.check();
    return undefined;
  });
}

/** Turns a failed attempt that may be retried into a {@link Repeatable}, and counts attempts. */
function classified(send: Send): Send {
  return async (request) => {
    const { progress, deadline } = request;
    deadline.check();
    progress.attempts += 1;
    try {
      const response = await send(request);
      const { status } = response;
      if (status < 400) return response;
      if (status >= 500 || status === 408) noteAmbiguity(request);
      const reason = String(status);
      if (mayRepeat(request, reason, true)) throw new Repeatable(reason, response, undefined);
      return response;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (error.sent) noteAmbiguity(request);
      const reason = error.sent ? "answer lost" : isPassing(error) ? "not sent" : "unsendable";
      if (deadline.ended || !mayRepeat(request, reason, error.sent)) throw error;
      throw new Repeatable(reason, undefined, error);
    }
  };
}

function noteAmbiguity({ retry, progress }: WireRequest): void {
  if (retry !== "safe") progress.ambiguous = true;
}

function mayRepeat({ retry, lookup, body }: WireRequest, reason: string, sent: boolean): boolean {
  if (!policy[reason]?.includes(retry)) return false;
  // Without a lookup function, a lookup call must not be made twice.
  if (retry === "lookup" && lookup === undefined && policy[reason] !== every) return false;
  const spent = sent && typeof body === "object" && "open" in body && !body.replayable;
  return !spent;
}

/** Connection failures that may be transient, unlike a bad certificate or a bad request. */
const passing: ReadonlySet<string | undefined> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
]);

function isPassing(error: WireError): boolean {
  return passing.has(failureCode(error));
}
