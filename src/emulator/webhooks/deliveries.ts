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
import { createLog } from "../engine/log.js";
import type { Table } from "../engine/table.js";
import type { WebhookSettings } from "../engine/webhook-options.js";
import { type PostResult, post } from "./post.js";
import { createShuffler } from "./shuffle.js";
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
export interface EventDelivery {
  readonly subscription: Subscription;
  readonly eventId: string;
  readonly name: string;
  readonly body: string;
}

interface Attempt extends EventDelivery {
  readonly number: number;
  readonly dueMs: number;
}

export interface Deliveries {
  send(delivery: EventDelivery, atMs: number): void;
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

export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { settings, clock, subscriptions, seed } = parts;
  const stopping = createAbort();
  const log = createLog<LoggedDelivery>();
  const sent = createLog<EventDelivery>();
  const queues = createQueues<Subscription>();

  const start = (attempt: Attempt): void => queues.add(attempt.subscription, () => make(attempt));
  const shuffler = createShuffler<Attempt>(start, seed);
  const enqueue = settings.unordered ? shuffler.add : start;

  const make = async (attempt: Attempt): Promise<void> => {
    if (stopping.signal.aborted || !subscriptions.get(attempt.subscription.id)) return;
    const made = await postAttempt(attempt, settings, stopping.signal);
    if (stopping.signal.aborted) return;
    log.add(made);
    if (made.nextAttemptAt) tryAgain(attempt, made.nextAttemptAt);
  };
  const tryAgain = (attempt: Attempt, at: Date): void => {
    const next = { ...attempt, number: attempt.number + 1 };
    clock.schedule(at.getTime(), (dueMs) => start({ ...next, dueMs }));
    // If the clock was moved far ahead, several attempts may be due by now.
    clock.runDue();
  };
  return {
    send(delivery, atMs) {
      if (stopping.signal.aborted) return;
      sent.add(delivery);
      const attempt = { ...delivery, number: 1, dueMs: atMs };
      enqueue(attempt);
      if (settings.duplicates) enqueue(attempt);
    },
    resend(eventId) {
      const found = sent.entries().filter(isOfEvent(eventId));
      for (const one of found) enqueue({ ...one, number: 1, dueMs: clock.nowMs() });
      return found.length;
    },
    async settled() {
      do {
        clock.runDue();
        shuffler.release();
      } while (await queues.next());
    },
    log: log.entries,
    stop() {
      stopping.abort();
      shuffler.stop();
    },
  };
}

/** Any number may listen: every attempt under way does, one per subscription. */
function createAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Legacy versions send an event under another id, which is made from its own. */
function isOfEvent(eventId: string): (delivery: EventDelivery) => boolean {
  const ids = [eventId, uuidOf(eventId)];
  return (delivery) => ids.includes(delivery.eventId);
}

interface Queues<Key> {
  /** Does the work once all earlier work with the same key is done. */
  add(key: Key, work: () => Promise<void>): void;
  /** Waits for all work so far; false if there is none. */
  next(): Promise<boolean>;
}

function createQueues<Key>(): Queues<Key> {
  const last = new Map<Key, Promise<void>>();
  return {
    add(key, work) {
      const done = (last.get(key) ?? Promise.resolve()).then(work);
      last.set(key, done);
      void done.then(() => last.get(key) === done && last.delete(key));
    },
    async next() {
      if (last.size === 0) return false;
      await Promise.all(last.values());
      return true;
    },
  };
}

const fixedHeaders = {
  "content-type": "application/json",
  "user-agent": "airwallex-connect-emulator",
};

async function postAttempt(
  attempt: Attempt,
  settings: WebhookSettings,
  signal: AbortSignal,
): Promise<LoggedDelivery> {
  const { subscription, eventId, name, body, number, dueMs } = attempt;
  const { url, secret, id: subscriptionId } = subscription;
  const headers = { ...fixedHeaders, ...signPayload(body, { secret }) };
  const startedMs = performance.now();
  const { timeoutMs, fetch } = settings;
  const result = await post({ url, headers, body, timeoutMs, signal }, fetch);
  const nextMs = result.status === 200 ? undefined : nextAttemptMs(attempt, settings, result);
  return {
    at: new Date(dueMs),
    ...{ eventId, name, subscriptionId, url, attempt: number },
    ...result,
    durationMs: performance.now() - startedMs,
    nextAttemptAt: nextMs === undefined ? undefined : new Date(nextMs),
    body,
  };
}

function nextAttemptMs(
  { number, dueMs }: Attempt,
  { retryDelaysMs, timeoutMs }: WebhookSettings,
  { failure }: PostResult,
): number | undefined {
  const delayMs = retryDelaysMs[number - 1];
  if (delayMs === undefined) return undefined;
  return dueMs + delayMs + (failure === "timeout" ? timeoutMs : 0);
}
