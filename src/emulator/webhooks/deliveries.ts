/**
 * Sends events to subscribers, with retries until they are answered with 200.
 *
 * - The payload is fixed when the event happens: every attempt has the same id and the same bytes, and a
 *   signature of its own.
 * - Each subscription receives one delivery at a time, in the order of the events. A failed delivery is
 *   retried later, and may be overtaken by then.
 * - Waits go by the emulator's clock; timeouts and the time in a signature go by real time, as the
 *   receiver does.
 * - Changes to a subscription apply to pending deliveries: they go to the new URL, or end if it was
 *   deleted.
 */

import { setMaxListeners } from "node:events";
import { signPayload } from "../../webhooks/signature.js";
import type { Clock } from "../engine/clock.js";
import { uuidOf } from "../engine/ids.js";
import type { Table } from "../engine/table.js";
import type { WebhookSettings } from "../engine/webhook-options.js";
import { post } from "./post.js";
import { createHold } from "./shuffle.js";
import type { Subscription } from "./subscription-record.js";

/** One attempt to deliver an event. */
export interface LoggedDelivery {
  /** When it was due, by the emulator's clock. */
  readonly at: Date;
  readonly eventId: string;
  /** Such as `account.active`. */
  readonly name: string;
  readonly subscriptionId: string;
  readonly url: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** Status of the response, of which only 200 counts as delivered; undefined if there was none. */
  readonly status: number | undefined;
  /** The first 1,000 characters of its body: the handler's outcome, such as `handled` or `duplicate`. */
  readonly answer: string | undefined;
  /** Why there was no response, such as `timeout`, `ECONNREFUSED`, or what `webhooks.fetch` threw. */
  readonly failure: string | undefined;
  /** Real time that it took, in milliseconds. */
  readonly durationMs: number;
  /** By the emulator's clock; undefined if it was delivered, or will not be retried. */
  readonly nextAttemptAt: Date | undefined;
  /** As it was sent. */
  readonly body: string;
}

/** What is sent to one subscription for one event. */
interface Parcel {
  readonly subscription: Subscription;
  readonly eventId: string;
  readonly name: string;
  readonly body: string;
}

interface Attempt extends Parcel {
  readonly number: number;
  readonly dueMs: number;
}

export interface Deliveries {
  send(parcel: Parcel, atMs: number): void;
  /**
   * Sends an event again, with the same bytes. Takes its id, or the one from which the id in the legacy
   * envelope was derived. Returns the number of deliveries.
   */
  resend(eventId: string): number;
  /** Resolves once everything that is due has been tried. */
  settled(): Promise<void>;
  /** The newest 1,000 attempts, oldest first. */
  log(): readonly LoggedDelivery[];
  /** Aborts what is under way. Nothing is sent afterwards. */
  stop(): void;
}

export interface DeliveryParts {
  readonly settings: WebhookSettings;
  readonly clock: Clock;
  readonly subscriptions: Table<Subscription>;
  /** Seeds the order of unordered deliveries. */
  readonly seed: string;
}

const kept = 1_000;

export function createDeliveries({
  settings,
  clock,
  subscriptions,
  seed,
}: DeliveryParts): Deliveries {
  const stopping = new AbortController();
  // Every attempt under way listens, one per subscription.
  setMaxListeners(0, stopping.signal);
  const lanes = new Map<Subscription, Promise<void>>();
  let log: readonly LoggedDelivery[] = [];
  let parcels: readonly Parcel[] = [];

  const start = (attempt: Attempt): void => {
    const { subscription } = attempt;
    const lane = (lanes.get(subscription) ?? Promise.resolve()).then(() => make(attempt));
    lanes.set(subscription, lane);
    void lane.then(() => lanes.get(subscription) === lane && lanes.delete(subscription));
  };
  const hold = createHold<Attempt>(start, seed);
  const queue = settings.unordered ? hold.add : start;

  async function make(attempt: Attempt): Promise<void> {
    const { subscription, number, body } = attempt;
    if (stopping.signal.aborted || !subscriptions.get(subscription.id)) return;
    const { url, secret } = subscription;
    const { timeoutMs, fetch } = settings;
    const headers = { ...plainHeaders, ...signPayload(body, { secret }) };
    const startedMs = performance.now();
    const posting = { url, headers, body, timeoutMs, signal: stopping.signal };
    const result = await post(posting, fetch);
    if (stopping.signal.aborted) return;
    const nextMs = result.status === 200 ? undefined : nextAttemptMs(attempt, result.failure);
    const durationMs = performance.now() - startedMs;
    log = [...log.slice(1 - kept), describe(attempt, { ...result, url, durationMs, nextMs })];
    if (nextMs === undefined) return;
    clock.schedule(nextMs, (dueMs) => start({ ...attempt, number: number + 1, dueMs }));
    // If the clock was moved far ahead, several attempts may be due by now.
    clock.runDue();
  }

  function nextAttemptMs({ number, dueMs }: Attempt, failure: string | undefined) {
    const delayMs = settings.retryDelaysMs[number - 1];
    if (delayMs === undefined) return undefined;
    return dueMs + delayMs + (failure === "timeout" ? settings.timeoutMs : 0);
  }

  return {
    send(parcel, atMs) {
      if (stopping.signal.aborted) return;
      parcels = [...parcels.slice(1 - kept), parcel];
      const attempt = { ...parcel, number: 1, dueMs: atMs };
      queue(attempt);
      if (settings.duplicates) queue(attempt);
    },
    resend(eventId) {
      const ids = [eventId, uuidOf(eventId)];
      const found = parcels.filter((parcel) => ids.includes(parcel.eventId));
      for (const parcel of found) queue({ ...parcel, number: 1, dueMs: clock.nowMs() });
      return found.length;
    },
    async settled() {
      for (;;) {
        clock.runDue();
        hold.release();
        if (lanes.size === 0) return;
        await Promise.all(lanes.values());
      }
    },
    log: () => log,
    stop() {
      stopping.abort();
      hold.stop();
    },
  };
}

const plainHeaders = {
  "content-type": "application/json",
  "user-agent": "airwallex-connect-emulator",
};

function describe(
  { dueMs, eventId, name, subscription, number, body }: Attempt,
  made: Pick<LoggedDelivery, "status" | "answer" | "failure" | "url" | "durationMs"> & {
    readonly nextMs: number | undefined;
  },
): LoggedDelivery {
  const { status, answer, failure, url, durationMs, nextMs } = made;
  return {
    at: new Date(dueMs),
    ...{ eventId, name, subscriptionId: subscription.id, url, attempt: number },
    ...{ status, answer, failure, durationMs },
    nextAttemptAt: nextMs === undefined ? undefined : new Date(nextMs),
    body,
  };
}
