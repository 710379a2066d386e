/** Finds the subscribers of an event. */

import { knowsEvent } from "../engine/api-version.js";
import type { World } from "../engine/world.js";
import { type EmulatorEvent, idIn, writePayload } from "./events.js";

/** Sends an event to its subscribers. The platform receives those of all accounts, others their own. */
export function dispatch({ webhooks, accounts }: World, event: EmulatorEvent): void {
  const { id, name, accountId, atMs } = event;
  webhooks.events.add({ at: new Date(atMs), id, name, accountId });
  const hearers = [...webhooks.subscriptions.values()].filter(
    ({ ownerId, events, version }) =>
      (ownerId === accounts.platform.id || ownerId === accountId) &&
      events.includes(name) &&
      knowsEvent(version, name),
  );
  for (const subscription of hearers) {
    const { version } = subscription;
    const eventId = idIn(event, version);
    const body = writePayload(event, version);
    webhooks.deliveries.send({ subscription, eventId, name, body }, atMs);
  }
}
