/** What may be decided for a client, and anew for one call. */

import type { Endpoint } from "../schemas/endpoint.js";
import type { Topics } from "./observe.js";
import type { RateLimiter } from "./rate-limit.js";
import type { AlreadyDone, WireRequest } from "./wire.js";

/** What may be set for one call. */
export interface CallOptions {
  /** Ends the call, wherever it is; the call rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Total time in milliseconds, with login, waits, retries and body. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first. Default: the client's. */
  readonly maxRetries?: number | undefined;
  /** Connected account to act for, sent as `x-on-behalf-of`. */
  readonly onBehalfOf?: string | undefined;
  /** Dated API version such as `2026-08-21`, sent as `x-api-version`; null sends none. */
  readonly apiVersion?: string | null | undefined;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Body members newer than this package, merged in unchecked after validation. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * What happens to a successful answer of an unexpected shape: `observe` delivers it and tells the
 * observer, `strict` throws `ShapeError` with the data, `off` does not look.
 */
export type Validation = "observe" | "strict" | "off";

/** Where a kind of call goes. */
export interface Host {
  readonly origin: string;
  /** Path before every path of the API, without a trailing slash; usually empty. */
  readonly prefix: string;
}

/** What a client has decided for all its calls. */
export interface CallSettings {
  readonly hosts: Readonly<Record<Endpoint["host"], Host>>;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly onBehalfOf: string | undefined;
  readonly apiVersion: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly validation: Validation;
  readonly topics: Topics;
  /** Spaces the calls, so that the API's limits are kept. */
  readonly limiter?: RateLimiter | undefined;
  /** Which refusal a 401 is, at the end of this pipeline. */
  readonly unauthorized: "login_refused" | "token_refused";
  /** What the user is told to check then, in the words of the options. Default: those of an API key. */
  readonly check?: string | undefined;
}

/** What a resource adds to a call beyond its input. */
export interface CallExtras<Output> {
  /** A body that is not JSON, and the headers that describe it. */
  readonly payload?: {
    readonly body: Exclude<WireRequest["body"], undefined>;
    readonly headers: Readonly<Record<string, string>>;
    /** What is in it, to be recognised where an error quotes it. */
    readonly describes?: object;
  };
  /** Delivers a body that is not JSON as text, and no body as undefined. */
  readonly anyBody?: boolean;
  /** Throws ValidationError for what the shape of the input cannot say; the shape comes first. */
  readonly check?: () => void;
  /** Delivers numbers that a JavaScript number would round as texts, so that amounts stay what they are. */
  readonly exactNumbers?: boolean;
  /** Finds out whether a write whose answer was lost was done; `remainingMs` is what is left. */
  readonly lookup?: (remainingMs: number) => Promise<{ readonly found: Output } | undefined>;
  readonly alreadyDone?: AlreadyDone<Output>;
  /** Told of the failure of every attempt that is made again. */
  readonly onRetry?: (error: unknown) => void;
}
