/** The webhook state of an emulator. */

import { createLog, type Log } from "../engine/log.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";
import { createDeliveries, type Deliveries } from "./deliveries.js";
import type { Subscription } from "./subscription-record.js";

/** An event, whether or not anyone has subscribed to it. */
export interface LoggedEvent {
  readonly at: Date;
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
}

export interface Webhooks {
  readonly events: Log<LoggedEvent>;
  readonly subscriptions: Table<Subscription>;
  readonly deliveries: Deliveries;
}

export const webhooksOf: (world: World) => Webhooks = defineState(({ settings, clock }) => {
  const subscriptions = createTable<Subscription>("Webhook");
  const { webhooks, seed } = settings;
  const deliveries = createDeliveries({ settings: webhooks, clock, subscriptions, seed });
  return { events: createLog(), subscriptions, deliveries };
});
