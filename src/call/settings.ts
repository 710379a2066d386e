/** Settings of a client, and what a single call can override. */

import type { Topics } from "../report/observe.js";
import type { Endpoint } from "../schemas/endpoint.js";
import type { Progress, WireRequest } from "../transport/wire.js";
import type { Settlement } from "./settle.js";

/** Options for a single call. */
export interface CallOptions {
  /**
   * Aborts the call at any stage; it rejects with the signal's own reason, or if that is no error, with an
   * `AbortError` that has it as its cause.
   */
  readonly signal?: AbortSignal | undefined;
  /** Total time in milliseconds, including login, waits, retries and body. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first. Default: the client's. */
  readonly maxRetries?: number | undefined;
  /** Connected account to act for, sent as `x-on-behalf-of`. */
  readonly onBehalfOf?: string | undefined;
  /**
   * What the person got for verifying, after a `ScaRequiredError`; sent as `x-sca-token`. It works for 5
   * minutes: for any number of calls that read, or for one that moves money.
   */
  readonly scaToken?: string | undefined;
  /** Dated API version such as `2026-08-21`, sent as `x-api-version`; null sends none. */
  readonly apiVersion?: string | null | undefined;
  /** Additional request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Body fields newer than this package, merged in after validation and not checked. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * What to do with a successful response of an unexpected shape: `report` returns it and notifies the
 * observer, `strict` throws `ShapeError` with the data, `off` does not check.
 */
export type Validation = "report" | "strict" | "off";

/** The host for one kind of call. */
export interface Host {
  readonly origin: string;
  /** Prefix of every API path, without a trailing slash; usually empty. */
  readonly prefix: string;
}

/** A client's settings for all its calls. */
export interface CallSettings {
  readonly hosts: Readonly<Record<Endpoint["host"], Host>>;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly onBehalfOf: string | undefined;
  readonly apiVersion: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly validation: Validation;
  readonly topics: Topics;
  /** Returns a number from 0 up to 1. */
  readonly random: () => number;
  /** The error code for a 401. */
  readonly unauthorized: "login_refused" | "token_refused";
  readonly gate?: CallGate | undefined;
  /** What the user should check then, in terms of the client's options. Default: the API key's options. */
  readonly check?: string | undefined;
}

/** Lets calls in until the client is closed, and knows of those under way. */
export interface CallGate {
  /**
   * @param options those of the call: of a part of one that is under way, such as a look-up, they are marked, and
   *   it is let in as well
   * @throws WireError when the client is closed
   */
  enter(options: CallOptions): void;
  /** Called when a call that was let in has ended. */
  leave(): void;
}

const parts = new WeakSet<CallOptions>();

/** Marks the options of calls that are part of another. */
export function asPart(options: CallOptions): CallOptions {
  parts.add(options);
  return options;
}

export const isPart = (options: CallOptions): boolean => parts.has(options);

/** What a resource adds to a call beyond its input. */
export interface CallExtras<Output> {
  /** A body that is not JSON, and the headers that describe it. */
  readonly payload?: {
    readonly body: Exclude<WireRequest["body"], undefined>;
    readonly headers: Readonly<Record<string, string>>;
    /** The values in it, so that they are recognised where an error quotes them. */
    readonly describes?: object;
  };
  /** Returns a body that is not JSON as a string, and a missing body as undefined. */
  readonly anyBody?: boolean;
  /** Turns another form of the answer into the described one, before it is checked. */
  readonly interpret?: (data: unknown, progress: Pick<Progress, "ambiguous">) => unknown;
  /** Throws ValidationError for what the input's shape cannot express; runs after the shape check. */
  readonly check?: () => void;
  /** Returns numbers that a JavaScript number would round as strings, so that amounts stay exact. */
  readonly exactNumbers?: boolean;
  /** How to find out what became of a write whose response was lost. */
  readonly settlement?: Settlement<Output> | undefined;
  /** Called with the error of every attempt that may be retried. */
  readonly onRetry?: (error: unknown) => void;
}
