/** Describes a call as data, for the client to send, the emulator to route and the docs to list. */

import type { Shape } from "./shape.js";

/**
 * What may be done when a call fails after its request was sent, so that it is unknown whether the
 * server did the work. A call that was never sent is retried in every class.
 *
 * - `safe`: reads only; sent again.
 * - `idempotent`: the same request twice leaves the same state; sent again.
 * - `request_id`: the server refuses a second use of the body's `request_id`; sent again.
 * - `lookup`: the resource can find out what happened and decides.
 * - `never`: not sent again; the error says that the outcome is unknown.
 */
export type RetryClass = "safe" | "idempotent" | "request_id" | "lookup" | "never";

/** The variable parts of one call: path parameters, query and JSON body. */
export interface EndpointInput {
  readonly path?: object;
  readonly query?: object;
  readonly body?: unknown;
}

/** One operation of the API, as the generated endpoint table lists it. */
export interface Endpoint<Input extends EndpointInput = EndpointInput, Output = unknown> {
  /** The method that calls it, such as `accounts.retrieve`. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path template, such as `/api/v1/accounts/{id}`. */
  readonly path: string;
  /** Which host serves it; uploads have their own. */
  readonly host: "api" | "files";
  /** `sandbox`: available outside production only. */
  readonly environment: "all" | "sandbox";
  readonly retry: RetryClass;
  /** Whether it may ask for strong customer authentication (SCA): to read data, or to move money. */
  readonly sca?: "read" | "write";
  /** Documented status of a success. */
  readonly status: number;
  /** The page of the API's documentation that describes it. */
  readonly docs: string;
  readonly query?: Shape<NonNullable<Input["query"]>>;
  /** Lists in the query whose values are parameters of their own; others are joined with commas. */
  readonly repeated?: readonly string[];
  readonly body?: Shape<NonNullable<Input["body"]>>;
  /** Whether a call may come without a body. */
  readonly bodyOptional?: boolean;
  readonly response?: Shape<Output>;
  /**
   * Members of which a response has at least one, or else it comes from something other than the API;
   * empty when the response is a list. Checked whatever the validation.
   */
  readonly mustHave?: readonly string[];
}
