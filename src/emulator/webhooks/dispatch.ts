/** Finds the subscribers of an event. */

import { eventNameIn } from "../engine/api-version.js";
import type { World } from "../engine/world.js";
import { type EmulatorEvent, idIn, writePayload } from "./events.js";
import { webhooksOf } from "./webhook-store.js";

/**
 * Sends an event to its subscribers, under the name that their version has for it. The platform receives
 * those of all accounts, others their own.
 */
export function dispatch(world: World, event: EmulatorEvent): void {
  const { id, name, accountId, atMs } = event;
  const { accounts, settings } = world;
  const { events: log, subscriptions, deliveries } = webhooksOf(world);
  const nameIn = (version: string): string | undefined =>
    event.inEveryVersion ? name : eventNameIn(version, name);
  const subscribers = subscriptions.all().filter(({ ownerId, events, version }) => {
    const known = nameIn(version);
    const mayKnow = ownerId === accounts.platform.id || ownerId === accountId;
    return mayKnow && known !== undefined && events.includes(known);
  });
  // An event of older versions only is not worth a line where nobody gets it.
  if (subscribers.length === 0 && nameIn(settings.apiVersion) === undefined) return;
  log.add({ at: new Date(atMs), id, name, accountId });
  for (const subscription of subscribers) {
    const { version } = subscription;
    const known = nameIn(version) ?? name;
    const eventId = idIn(event, version);
    const body = writePayload({ ...event, name: known }, version);
    deliveries.send({ subscription, eventId, name: known, body }, atMs);
  }
}
