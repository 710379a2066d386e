/**
 * When a failed attempt is made again, and after how long.
 *
 * | what happened                        | made again for                       | because                              |
 * |--------------------------------------|--------------------------------------|--------------------------------------|
 * | never sent (refused, DNS, connect)   | every class                          | the remote knows nothing of it       |
 * | 429                                  | every class                          | refused before any work              |
 * | 409                                  | safe, request_id                     | the same request is still in work    |
 * | 408, 500, 502, 503, 504              | safe, idempotent, request_id, lookup | the work may have been done          |
 * | answer lost (cut, reset)             | safe, idempotent, request_id, lookup | the work may have been done          |
 * | anything else                        | none                                 | it would be refused again            |
 *
 * `lookup` asks first whether the work was done. Where the remote refuses an attempt because an earlier
 * one of the same call had done the work, what that one did is the result. A body that exists only once
 * is sent once.
 *
 * The wait is the remote's `Retry-After`, or else 1, 2, 4, 8, 16 s with full jitter
 * (https://www.airwallex.com/docs/developer-tools/api/rate-limits advises these steps). A 429 also
 * holds back every other call of the client, so that waiting callers do not all return at once; a
 * call whose deadline comes first is refused with that 429 without being sent.
 */

import type { RetryClass } from "../schemas/endpoint.js";
import { apiCodeOf } from "./api-error.js";
import { createCoolDown } from "./cool-down.js";
import type { Topics } from "./observe.js";
import { retryAfterMs } from "./retry-after.js";
import { header, type Send, WireError, type WireRequest, type WireResponse } from "./wire.js";

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
  /** Answers a number from 0 up to 1. */
  readonly random: () => number;
}

/** A failed attempt that the policy allows to be made again. */
class Repeatable extends Error {
  readonly reason: string;
  readonly response: WireResponse | undefined;

  constructor(reason: string, response: WireResponse | undefined, cause: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.response = response;
  }

  /** What the caller gets when no attempt follows. */
  settle(): WireResponse {
    if (this.response) return this.response;
    throw this.cause;
  }
}

/** Sends until an answer is final. The request's deadline bounds everything, waits included. */
export function withRetry(send: Send, { topics, random }: RetryOptions): Send {
  const coolDown = createCoolDown(random);
  const attempt = classified(observed(send, topics));

  async function prepare(failure: Repeatable, request: WireRequest): Promise<void> {
    const { attempts } = request.progress;
    const asked = failure.response && retryAfterMs(failure.response.headers);
    const step = backOffMs[Math.min(attempts, backOffMs.length) - 1] as number;
    const limited = failure.reason === "429";
    const delayMs = asked ?? (limited ? step : step * random());
    if (limited && failure.response) coolDown.start(delayMs, failure.response);
    if (delayMs >= request.deadline.remainingMs) throw failure;
    publishRetry(topics, request, failure.reason, delayMs);
    // After a 429 the cool-down does the waiting, for this call as for the others.
    if (!limited) await request.deadline.sleep("backing off", delayMs);
  }

  async function once(request: WireRequest): Promise<WireResponse> {
    const refusal = coolDown.active ? await coolDown.pass(request.deadline) : undefined;
    return refusal ?? attempt(request);
  }

  async function again(failure: Repeatable, request: WireRequest): Promise<WireResponse> {
    if (!request.lookup || !request.progress.ambiguous) return once(request);
    // A look-up that fails says nothing: the first failure stands, and may be looked into again.
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

  async function untilFinal(request: WireRequest): Promise<WireResponse> {
    try {
      return await once(request);
    } catch (error) {
      if (!(error instanceof Repeatable)) throw error;
      if (request.maxRetries === 0) return error.settle();
      try {
        return await repeat(error, request);
      } catch (last) {
        if (last instanceof Repeatable) return last.settle();
        throw last;
      }
    }
  }

  return async (request) => {
    const response = await untilFinal(request);
    return response.status < 400 ? response : resultOrRefusal(response, request);
  };
}

/** What an earlier attempt had done, if that is why this one is refused. */
async function resultOrRefusal(
  refusal: WireResponse,
  { alreadyDone, progress, deadline }: WireRequest,
): Promise<WireResponse> {
  if (!alreadyDone || !progress.ambiguous) return refusal;
  if (!alreadyDone.apiCodes.includes(apiCodeOf(refusal))) return refusal;
  // A search that fails says nothing: the refusal stands.
  const done = await alreadyDone.find(deadline.remainingMs).catch(() => {
    deadline.check();
    return undefined;
  });
  return done ? { ...nothing, found: done.found } : refusal;
}

/** Turns an attempt that may be made again into a {@link Repeatable}, and counts attempts. */
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
  // Without a way to look, a lookup call is a call that must not be made twice.
  if (retry === "lookup" && lookup === undefined && policy[reason] !== every) return false;
  const spent = sent && typeof body === "object" && "open" in body && !body.replayable;
  return !spent;
}

/** Tells the observer of each attempt; costs nothing while nobody listens. */
function observed(send: Send, { attempt }: Topics): Send {
  return async (request) => {
    if (!attempt.active()) return send(request);
    const { operation, method, path, progress } = request;
    const startedAtMs = Date.now();
    const start = performance.now();
    const common = { operation, method, path, attempt: progress.attempts, startedAtMs };
    try {
      const response = await send(request);
      const { status, headers } = response;
      const requestId = header(headers, "x-request-id");
      attempt.publish({ ...common, durationMs: performance.now() - start, status, requestId });
      return response;
    } catch (error) {
      const failedWhile = error instanceof WireError ? error.phase : undefined;
      const failure = failureCode(error);
      attempt.publish({ ...common, durationMs: performance.now() - start, failedWhile, failure });
      throw error;
    }
  };
}

/** Failures to connect that may be over in a moment; a bad certificate or a bad request is not. */
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

/** The first code in the chain of causes, such as `ECONNREFUSED`. */
function failureCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { readonly code?: unknown };
    if (typeof code === "string") return code;
  }
  return error instanceof Error ? error.name : undefined;
}

function publishRetry(
  { retry }: Topics,
  { operation, method, path, progress }: WireRequest,
  reason: string,
  delayMs: number,
): void {
  if (!retry.active()) return;
  retry.publish({ operation, method, path, attempt: progress.attempts, reason, delayMs });
}
