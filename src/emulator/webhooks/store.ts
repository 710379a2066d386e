/** What the emulator knows of webhooks between two requests. */

import type { Clock } from "../clock.js";
import { createLog, type Log } from "../log.js";
import { createDeliveries, type Deliveries } from "./deliveries.js";
import type { WebhookSettings } from "./options.js";
import type { Subscriptions } from "./subscription.js";

/** Something that subscribers can be told, whether there are any or not. */
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
  /** Subscriptions that were ever made. */
  made: number;
}

export function createWebhooks(settings: WebhookSettings, clock: Clock, seed: string): Webhooks {
  const subscriptions: Subscriptions = new Map();
  const deliveries = createDeliveries({ settings, clock, subscriptions, seed });
  return { events: createLog(), subscriptions, deliveries, made: 0 };
}
