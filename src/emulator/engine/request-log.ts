/** The log of recent requests, for tests. */

/** One request, whether or not a fault kept it from being answered. */
export interface LoggedRequest {
  /** When it arrived, by the emulator's clock. */
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** Name of the endpoint, such as `accounts.create`; undefined if there is none. */
  readonly endpoint: string | undefined;
  /** Status of the response; undefined if the connection ended without one, or none will ever come. */
  readonly status: number | undefined;
  /** The account in `x-on-behalf-of`. */
  readonly onBehalfOf: string | undefined;
  /** Real time until the response was ready, in milliseconds. */
  readonly durationMs: number;
  /** The fault that hit it, such as `cut after`. */
  readonly fault: string | undefined;
  /** Kept only with the option `recordBodies`. */
  readonly requestBody: string | undefined;
  /** Kept only with the option `recordBodies`. */
  readonly responseBody: string | undefined;
}
