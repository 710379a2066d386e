/** Who may receive which event. */

import type { World } from "../engine/world.js";
import { connectionId } from "../oauth/connections.js";
import { oauthOf } from "../oauth/oauth-store.js";
import { covers } from "../oauth/scopes.js";
import type { EmulatorEvent } from "./events.js";
import type { Subscription } from "./subscription-record.js";

/** Events that need no scope, because they are about the app. */
export const appEvents: readonly string[] = [
  "connection.disconnected",
  "partner_connection.disconnected",
];

/**
 * The platform receives the events of its own accounts, other accounts their own. Accounts of OAuth customers
 * are not the platform's: it only hears that they have disconnected.
 *
 * @param name The event's name in the version of the subscription
 */
export function mayReceive(
  world: World,
  subscription: Subscription,
  event: EmulatorEvent,
  name: string,
): boolean {
  const { ownerId, connectedIds } = subscription;
  if (connectedIds) return isForApp(world, ownerId, connectedIds, event, name);
  const { platform, customers } = world.accounts;
  if (ownerId === event.accountId) return true;
  if (ownerId !== platform.id) return false;
  return event.byHand || !customers.has(event.accountId) || appEvents.includes(name);
}

/** An app receives what the customer has granted, for as long as they are connected. */
function isForApp(
  world: World,
  clientId: string,
  connectedIds: ReadonlySet<string>,
  { accountId, app, sourceId }: EmulatorEvent,
  name: string,
): boolean {
  if (app !== undefined) return app.clientId === clientId;
  if (!connectedIds.has(accountId)) return false;
  const id = connectionId(clientId, accountId);
  if (name === "connection.disconnected") return sourceId === id;
  const connection = oauthOf(world).connections.get(id);
  return connection?.status === "CONNECTED" && covers(connection.grant.scopes, name);
}
