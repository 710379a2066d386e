/** Finds the subscribers of an event. */

import { eventNameIn } from "../engine/api-version.js";
import type { World } from "../engine/world.js";
import { mayReceive } from "./audience.js";
import { type EmulatorEvent, idIn, writePayload } from "./events.js";
import { webhooksOf } from "./webhook-store.js";

/** Sends an event to its subscribers, under the name that their version has for it. */
export function dispatch(world: World, event: EmulatorEvent): void {
  const { id, name, accountId, atMs } = event;
  const { events: log, subscriptions, deliveries } = webhooksOf(world);
  const nameIn = (version: string): string | undefined =>
    event.byHand ? name : eventNameIn(version, name);
  const subscribers = subscriptions.all().filter((subscription) => {
    const known = nameIn(subscription.version);
    if (known === undefined || !subscription.events.includes(known)) return false;
    return mayReceive(world, subscription, event, known);
  });
  // An event of older versions only is not worth a line where nobody gets it.
  if (subscribers.length === 0 && nameIn(world.settings.apiVersion) === undefined) return;
  log.add({ at: new Date(atMs), id, name, accountId });
  for (const subscription of subscribers) {
    const { version } = subscription;
    const known = nameIn(version) ?? name;
    const eventId = idIn(event, version);
    const body = writePayload({ ...event, name: known }, version);
    deliveries.send({ subscription, eventId, name: known, body }, atMs);
  }
}
