/** Options of webhook deliveries. */

import { checkOptions, type OptionKinds } from "../../checks/options.js";
import { entryOf, kindOf, longestTimerMs, showNumber } from "../../checks/values.js";
import { checkDuration } from "./duration.js";

/** Answers a delivery in this process. Both a fetch and a request handler can. */
export type Receive = (request: Request) => Response | Promise<Response>;

/**
 * The waits after each failed attempt, in milliseconds. Airwallex documents exponential back-off over
 * about three days, but no numbers; these are twelve, each twice the one before.
 */
const schedules = {
  /** From 1 minute to 34 hours; 2 days and 20 hours in all. */
  documented: doubling(60_000),
  /** The same, 600 times as fast: from 0.1 s to 3.4 minutes, 7 minutes in all. */
  compressed: doubling(100),
} as const;

/** Names of the schedules; see {@link WebhookOptions.retries}. */
export type RetrySchedule = keyof typeof schedules;

/** How webhooks are delivered. All options are optional. */
export interface WebhookOptions {
  /**
   * Waits after each failed attempt, by the emulator's clock: `documented` doubles from 1 minute to 34
   * hours, `compressed` does the same 600 times as fast, a list gives each wait in milliseconds. Default
   * `compressed`.
   */
  readonly retries?: RetrySchedule | readonly number[] | undefined;
  /** How long a response may take, in milliseconds of real time, at least 1; default 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether events that happen close together arrive out of order; default false. They are held for 50 ms
   * of real time, or until `webhooks.settled()`, and then sent shuffled.
   */
  readonly unordered?: boolean | undefined;
  /** Whether every event is sent twice, even if the first was answered with 200; default false. */
  readonly duplicates?: boolean | undefined;
  /**
   * Receives deliveries in this process instead of over a socket: your app's handler, or a fetch. It is
   * called with a Request. What it throws becomes the `failure` of the delivery.
   */
  readonly fetch?: Receive | undefined;
}

/** The options with every default filled in. */
export interface WebhookSettings {
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly unordered: boolean;
  readonly duplicates: boolean;
  readonly fetch: Receive | undefined;
}

const kinds: OptionKinds<WebhookOptions> = {
  retries: "any",
  timeoutMs: "number",
  unordered: "boolean",
  duplicates: "boolean",
  fetch: "function",
};

/** @throws TypeError for an unknown name, RangeError for an invalid value. */
export function readWebhookOptions(options: WebhookOptions = {}): WebhookSettings {
  checkOptions("Cannot make emulator", options, kinds, "webhooks.");
  const { retries = "compressed", timeoutMs = 10_000 } = options;
  if (!(timeoutMs >= 1 && timeoutMs <= longestTimerMs)) refuse("timeoutMs", timeoutMs, "1 or more");
  const retryDelaysMs = delaysOf(retries);
  const { unordered = false, duplicates = false, fetch } = options;
  return { retryDelaysMs, timeoutMs, unordered, duplicates, fetch };
}

function delaysOf(retries: RetrySchedule | readonly number[]): readonly number[] {
  const expected = "documented, compressed or a list of numbers";
  if (typeof retries === "string") {
    return entryOf(schedules, retries) ?? refuse("retries", showNumber(retries), expected);
  }
  if (!Array.isArray(retries)) refuse("retries", kindOf(retries), expected);
  for (const [index, delayMs] of retries.entries()) {
    checkDuration(`webhooks.retries[${index}]`, delayMs, 0);
  }
  return [...retries];
}

function doubling(firstMs: number): readonly number[] {
  return Array.from({ length: 12 }, (_, step) => firstMs * 2 ** step);
}

function refuse(option: string, value: unknown, expected: string): never {
  throw new RangeError(
    `Cannot make emulator: webhooks.${option} is ${value}, expected ${expected}`,
  );
}
