/** What was asked of the emulator lately, for tests that want to know. */

/** One request that was answered, or not, by a fault. */
export interface LoggedRequest {
  /** When it came, by the emulator's clock. */
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** Name of the endpoint, such as `accounts.create`; undefined if there is none. */
  readonly endpoint: string | undefined;
  /** Status of the answer; undefined if the connection ended without one, or never will. */
  readonly status: number | undefined;
  /** The connected account that it was made for. */
  readonly onBehalfOf: string | undefined;
  /** Real time until the answer was ready, in milliseconds. */
  readonly durationMs: number;
  /** The fault that hit it, such as `cut after`. */
  readonly fault: string | undefined;
  /** Kept only with the option `recordBodies`. */
  readonly requestBody: string | undefined;
  /** Kept only with the option `recordBodies`. */
  readonly responseBody: string | undefined;
}
