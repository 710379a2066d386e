/** How deliveries are made. */

import { allOf, refuseUnknown } from "../../schemas/known-names.js";
import type { Receive } from "./post.js";

/**
 * The waits after each attempt that failed, in milliseconds. Airwallex documents exponential back-off
 * over about three days and no numbers; these are twelve, each twice the one before.
 */
const schedules = {
  /** From 1 minute to 34 hours; 2 days and 20 hours in all. */
  documented: doubling(60_000),
  /** The same, 600 times as fast: from 0.1 s to 3.4 minutes, 7 minutes in all. */
  compressed: doubling(100),
} as const;

/** Names of the schedules; see {@link WebhookOptions.retries}. */
export type RetrySchedule = keyof typeof schedules;

/** How webhooks are delivered. Each may be left out. */
export interface WebhookOptions {
  /**
   * Waits after each attempt that failed: `documented` doubles from 1 minute to 34 hours, `compressed`
   * does the same 600 times as fast, a list says how many milliseconds each. By the emulator's clock.
   * Default `compressed`.
   */
  readonly retries?: RetrySchedule | readonly number[] | undefined;
  /** How long an answer may take, in milliseconds of real time, at least 1; default 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether events that happen shortly after one another arrive in another order; default false. They
   * are held for 50 ms of real time, or until `webhooks.settled()`, and then sent shuffled.
   */
  readonly unordered?: boolean | undefined;
  /** Whether every event is sent a second time, even if it was answered with 200; default false. */
  readonly duplicates?: boolean | undefined;
  /**
   * Receives the deliveries in this process, instead of a socket: the handler of your app, or a fetch.
   * It is called with a Request. What it throws is the `failure` of the delivery.
   */
  readonly fetch?: ((request: Request) => Response | Promise<Response>) | undefined;
}

/** The options with every default filled in. */
export interface WebhookSettings {
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly unordered: boolean;
  readonly duplicates: boolean;
  readonly fetch: Receive | undefined;
}

const known: ReadonlySet<string> = allOf<keyof WebhookOptions>({
  retries: true,
  timeoutMs: true,
  unordered: true,
  duplicates: true,
  fetch: true,
});

/** @throws TypeError for a name that is not known, RangeError for a value that makes no sense. */
export function readWebhookOptions(options: WebhookOptions = {}): WebhookSettings {
  refuseUnknown("Cannot make emulator", options, known, "webhooks.");
  const { retries = "compressed", timeoutMs = 10_000 } = options;
  if (!(timeoutMs >= 1 && timeoutMs < 2 ** 31)) refuse("timeoutMs", timeoutMs, "1 or more");
  const retryDelaysMs = typeof retries === "string" ? schedules[retries] : [...retries];
  if (retryDelaysMs === undefined) refuse("retries", retries, "documented, compressed or a list");
  for (const delayMs of retryDelaysMs) {
    if (!(delayMs >= 0 && Number.isFinite(delayMs))) refuse("retries", delayMs, "0 or more");
  }
  const { unordered = false, duplicates = false, fetch } = options;
  return { retryDelaysMs, timeoutMs, unordered, duplicates, fetch };
}

function doubling(firstMs: number): readonly number[] {
  return Array.from({ length: 12 }, (_, step) => firstMs * 2 ** step);
}

function refuse(option: string, value: unknown, expected: string): never {
  throw new RangeError(
    `Cannot make emulator: webhooks.${option} is ${value}, expected ${expected}`,
  );
}
