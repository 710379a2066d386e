/** Turns what changes in the emulator into events. */

import type { StatusChange } from "../changes.js";
import type { MovementChange } from "../money/store.js";
import type { ConnectionChange } from "../oauth/store.js";
import type { World } from "../state.js";
import { dispatch } from "./dispatch.js";
import { dataOfAccount, type EventData, nameOfStatus } from "./events.js";

/** Has every change told to those who subscribed. */
export function announce(world: World): World {
  world.changes.subscribe((change) => announceStatus(world, change));
  world.oauth.changes.subscribe((change) => announceConnection(world, change));
  world.money.changes.subscribe((change) => announceMovement(world, change));
  return world;
}

function announceStatus(world: World, { accountId, from, to, atMs }: StatusChange): void {
  const { connected, platform } = world.accounts;
  const account = connected.get(accountId);
  // Customers of OAuth apps are not the platform's accounts.
  if (account === undefined) return;
  const tell = (name: string, about: string): void => {
    const data = dataOfAccount(name, account, platform);
    if (data) dispatch(world, { id: world.ids.event(), name, accountId: about, data, atMs });
  };
  if (from === undefined) tell("account.connected", platform.id);
  const name = nameOfStatus(to);
  if (name !== undefined) tell(name, accountId);
}

function announceMovement(world: World, { movement, atMs }: MovementChange): void {
  const { kind, id: sourceId, ownerId: accountId, status } = movement;
  const about = kind === "transfer" ? "connected_account_transfer" : "charge";
  const name = `${about}.${status.toLowerCase()}`;
  const data: EventData = { kind: "movement", movement };
  dispatch(world, { id: world.ids.event(), name, accountId, data, sourceId, atMs });
}

function announceConnection(world: World, change: ConnectionChange): void {
  if (change.to !== "DISCONNECTED") return;
  const { connectionId, accountId, authorizedScopes, to: status, atMs } = change;
  const data: EventData = {
    kind: "other",
    value: {
      id: connectionId,
      account_id: accountId,
      status,
      authorized_scopes: [...authorizedScopes],
    },
  };
  const id = world.ids.event();
  const name = "connection.disconnected";
  dispatch(world, { id, name, accountId, data, sourceId: connectionId, atMs });
}
