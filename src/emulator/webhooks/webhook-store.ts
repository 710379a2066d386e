/** The webhook state of an emulator. */

import type { Clock } from "../engine/clock.js";
import { createLog, type Log } from "../engine/log.js";
import { createDeliveries, type Deliveries } from "./deliveries.js";
import type { Subscriptions } from "./subscription-record.js";
import type { WebhookSettings } from "./webhook-options.js";

/** An event, whether or not anyone has subscribed to it. */
export interface LoggedEvent {
  readonly at: Date;
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
}

export interface Webhooks {
  readonly events: Log<LoggedEvent>;
  readonly subscriptions: Subscriptions;
  readonly deliveries: Deliveries;
  /** How many subscriptions were ever made. */
  made: number;
}

export function createWebhooks(settings: WebhookSettings, clock: Clock, seed: string): Webhooks {
  const subscriptions: Subscriptions = new Map();
  const deliveries = createDeliveries({ settings, clock, subscriptions, seed });
  return { events: createLog(), subscriptions, deliveries, made: 0 };
}
