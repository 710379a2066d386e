/** Finds the subscribers of an event. */

import { knowsEvent } from "../engine/api-version.js";
import type { World } from "../engine/world.js";
import { type EmulatorEvent, idIn, writePayload } from "./events.js";
import { webhooksOf } from "./webhook-store.js";

/** Sends an event to its subscribers. The platform receives those of all accounts, others their own. */
export function dispatch(world: World, event: EmulatorEvent): void {
  const { id, name, accountId, atMs } = event;
  const { accounts } = world;
  const { events: log, subscriptions, deliveries } = webhooksOf(world);
  log.add({ at: new Date(atMs), id, name, accountId });
  const subscribers = subscriptions
    .all()
    .filter(
      ({ ownerId, events, version }) =>
        (ownerId === accounts.platform.id || ownerId === accountId) &&
        events.includes(name) &&
        knowsEvent(version, name),
    );
  for (const subscription of subscribers) {
    const { version } = subscription;
    const eventId = idIn(event, version);
    const body = writePayload(event, version);
    deliveries.send({ subscription, eventId, name, body }, atMs);
  }
}
