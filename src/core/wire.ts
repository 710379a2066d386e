/** One HTTP exchange as data: what goes out, what comes back, and how it can fail. */

import type { Readable } from "node:stream";
import type { RetryClass } from "../schemas/endpoint.js";
import type { Deadline } from "./deadline.js";
import type { RateLimiter } from "./rate-limit.js";

/** A body that is made anew for each attempt, or that exists only once (`replayable: false`). */
export interface StreamedBody {
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly replayable: boolean;
}

export interface WireRequest {
  /** The method that was called, such as `accounts.create`. */
  readonly operation: string;
  readonly method: string;
  readonly origin: string;
  /** Path with its ids, without the query; shown through `redactPath`. */
  readonly path: string;
  /** `?…` or the empty string; may hold personal data. */
  readonly query: string;
  /** Names and values in turn, the form that undici takes without a copy. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | StreamedBody | undefined;
  /** Deliver the body as a stream as soon as the headers are there. */
  readonly streamed: boolean;
  readonly retry: RetryClass;
  /** The `request_id` of the body, where the remote does the work of such an id once. */
  readonly idempotencyKey?: string | undefined;
  readonly maxRetries: number;
  readonly deadline: Deadline;
  readonly progress: Progress;
  /** Makes every attempt wait for its turn. */
  readonly limiter?: RateLimiter | undefined;
  /**
   * Finds out whether a write whose answer was lost was done after all; undefined means that nothing
   * of it can be seen.
   */
  readonly lookup?: (() => Promise<{ readonly found: unknown } | undefined>) | undefined;
  readonly alreadyDone?: AlreadyDone<unknown> | undefined;
}

/**
 * How the remote refuses a write because it was done before. Once an answer was lost, such a refusal
 * of a later attempt tells that the earlier one had succeeded.
 */
export interface AlreadyDone<Output> {
  /** Codes of the remote, such as `request_id_duplicate`. */
  readonly apiCodes: readonly string[];
  /** Whether such a refusal of the very first attempt counts too: an earlier call had done the work. */
  readonly acrossCalls?: boolean;
  /** Finds the result of the earlier attempt; `remainingMs` is what is left of the call's time. */
  readonly find: (remainingMs: number) => Promise<{ readonly found: Output } | IdTaken | undefined>;
}

/** The id of a write belongs to something else, so the write was not done and never will be by this id. */
export interface IdTaken {
  /** What it belongs to, and what to do, for the message of the refusal. */
  readonly taken: string;
}

/** What has happened in a call so far, over all its attempts. */
export interface Progress {
  attempts: number;
  /** True once a write was sent without a clear answer. */
  ambiguous: boolean;
  /** The token that was sent, so that no error quotes it. */
  bearer?: string | undefined;
  /** Told of a failed attempt before the next one: its answer, or why there was none. */
  onRetry?: ((response: WireResponse | undefined, error: unknown) => void) | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: WireHeaders;
  /** The whole body; empty when it is streamed. */
  readonly body: Buffer;
  readonly stream?: Readable | undefined;
  /** A compression that could not be undone; the body is as it came. */
  readonly undecoded?: string | undefined;
  /** Set instead of a body when a lookup found what an earlier attempt had done. */
  readonly found?: unknown;
  /** What we know of a refusal that the remote does not say, for its message. */
  readonly hint?: string | undefined;
}

/** Names in lower case. */
export type WireHeaders = Readonly<Record<string, string | string[] | undefined>>;

export type Send = (request: WireRequest) => Promise<WireResponse>;

/** No answer came. `sent` says whether the remote may have seen the request. */
export class WireError extends Error {
  readonly sent: boolean;
  /** What was going on, such as `connecting`. */
  readonly phase: string;

  constructor(sent: boolean, phase: string, cause: unknown) {
    super(`failed while ${phase}`, { cause });
    this.sent = sent;
    this.phase = phase;
  }
}

/** The failure of an earlier login, which is its `cause`, and is not tried again before a time. */
export class RememberedError extends Error {
  /** Monotonic. */
  readonly untilMs: number;

  constructor(error: unknown, untilMs: number) {
    super(error instanceof Error ? error.message : "failed", { cause: error });
    this.untilMs = untilMs;
  }
}

/** A header's value as one string. */
export function header(headers: WireHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
