/** What the emulator knows of webhooks between two requests. */

import type { Clock } from "../clock.js";
import { createDeliveries, type Deliveries } from "./deliveries.js";
import type { WebhookSettings } from "./options.js";
import type { Subscriptions } from "./subscription.js";

export interface Webhooks {
  readonly subscriptions: Subscriptions;
  readonly deliveries: Deliveries;
  /** Subscriptions that were ever made. */
  made: number;
}

export function createWebhooks(settings: WebhookSettings, clock: Clock, seed: string): Webhooks {
  const subscriptions: Subscriptions = new Map();
  const deliveries = createDeliveries({ settings, clock, subscriptions, seed });
  return { subscriptions, deliveries, made: 0 };
}
