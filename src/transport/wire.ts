/** One HTTP exchange as data: what goes out, what comes back, and how it can fail. */

import type { Readable } from "node:stream";
import type { RetryClass } from "../schemas/endpoint.js";
import type { Deadline } from "./deadline.js";

/** A body that is re-created for each attempt, or that can only be read once (`replayable: false`). */
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
  /** Alternating names and values, the form that undici takes without copying. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | StreamedBody | undefined;
  /** Deliver the response body as a stream as soon as the headers arrive. */
  readonly streamed: boolean;
  readonly retry: RetryClass;
  /** The `request_id` in the body, if the API does the work of each id only once. */
  readonly idempotencyKey?: string | undefined;
  readonly maxRetries: number;
  readonly deadline: Deadline;
  readonly progress: Progress;
}

/** What has happened in a call so far, across all its attempts. */
export interface Progress {
  attempts: number;
  /** Attempts that used up one of `maxRetries`. */
  retries: number;
  /** True once a write was sent without a clear outcome. */
  ambiguous: boolean;
  /** The secrets that were sent to authenticate, so that no error quotes them. */
  credentials?: readonly string[] | undefined;
  /** What we know about the refusal beyond what the API says, for the error message. */
  hint?: string | undefined;
  /** Called when a socket takes the request. With `fetch` nobody knows when that is. */
  onSent?: (() => void) | undefined;
  /** Called after a failed attempt that may be retried, with its response or the reason there was none. */
  onRetry?: ((response: WireResponse | undefined, error: unknown) => void) | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: WireHeaders;
  /** The whole body; empty when it is streamed. */
  readonly body: Buffer;
  readonly stream?: Readable | undefined;
  /** What is wrong with the body, if it turns out not to be JSON. */
  readonly problem?: string | undefined;
}

/** Names in lower case. */
export type WireHeaders = Readonly<Record<string, string | string[] | undefined>>;

export type Send = (request: WireRequest) => Promise<WireResponse>;

/** There was no response. `sent` says whether the server may have seen the request. */
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

/** There is no token to send a request with: another call, such as the login, failed with `cause`. */
export class NoTokenError extends Error {
  /** What failed, for the error message, such as "the login failed". */
  readonly reason: string;

  constructor(reason: string, cause: unknown) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Whether the body can be read, and so sent, only once. */
export function isReadOnce({ body }: WireRequest): boolean {
  return typeof body === "object" && "open" in body && !body.replayable;
}

/** The body of a response that is larger than it may be. */
export function tooLarge(maxBytes: number): Pick<WireResponse, "body" | "problem"> {
  const problem = `the answer is larger than ${maxBytes} bytes, the limit of maxResponseBytes`;
  return { body: Buffer.alloc(0), problem };
}

/**
 * The API's id of a request: `x-awx-trace-id`, else `correlation-id`, else `x-request-id`. Real answers carry
 * the first two.
 */
export function requestIdOf(headers: WireHeaders): string | undefined {
  for (const name of ["x-awx-trace-id", "correlation-id", "x-request-id"]) {
    const id = header(headers, name);
    if (id) return id;
  }
  return undefined;
}

/** A header's value as one string. */
export function header(headers: WireHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
