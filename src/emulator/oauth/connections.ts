/** How connections begin and end. */

import type { AccountRecord } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import {
  type AuthorizationRequest,
  type Connection,
  type DisconnectReason,
  type Grant,
  oauthOf,
} from "./oauth-store.js";

/** The documented format: base64 of client id and account id, without padding. */
export function connectionId(clientId: string, accountId: string): string {
  return Buffer.from(`${clientId}:${accountId}`).toString("base64").replace(/=+$/, "");
}

/**
 * Connects an account as its customer allowed. If it was connected before, the new grant replaces the old
 * one, whose tokens stop working without ending the connection.
 */
export function connect(
  world: World,
  { app: { clientId }, scopes }: AuthorizationRequest,
  account: AccountRecord,
): Grant {
  const { connections } = oauthOf(world);
  const grant: Grant = { clientId, account, scopes, ended: false, newest: undefined };
  const id = connectionId(clientId, account.id);
  const known = connections.get(id);
  if (known !== undefined) known.grant.ended = true;
  const counts = { refreshes: known?.refreshes ?? 0, spent: known?.spent ?? 0 };
  const connection: Connection = {
    ...{ id, clientId, account, grant, status: "CONNECTED", disconnected: undefined },
    ...counts,
  };
  connections.add(connection);
  publish(world, connection);
  return grant;
}

/** Ends a connection: none of its tokens works any more. One that has ended stays as it is. */
export function disconnect(world: World, connection: Connection, reason: DisconnectReason): void {
  if (connection.status === "DISCONNECTED") return;
  connection.status = "DISCONNECTED";
  connection.disconnected = reason;
  connection.grant.ended = true;
  publish(world, connection);
}

/** The connection of a grant; undefined if another grant has replaced it. */
export function connectionOf(world: World, grant: Grant): Connection | undefined {
  const connection = oauthOf(world).connections.get(connectionId(grant.clientId, grant.account.id));
  return connection?.grant === grant ? connection : undefined;
}

/** Accounts in these statuses cannot be connected, and lose the connections they have. */
export function isClosed({ status }: AccountRecord): boolean {
  return status === "SUSPENDED" || status === "CLOSED";
}

/** Ends the connections of every account that is suspended or closed from now on. */
export function endWithAccounts(world: World): World {
  world.accounts.changes.subscribe(() => {
    for (const connection of oauthOf(world).connections.all()) {
      if (isClosed(connection.account)) disconnect(world, connection, "account");
    }
  });
  return world;
}

function publish(world: World, record: Connection): void {
  oauthOf(world).connections.changes.publish({ record, atMs: world.clock.nowMs() });
}
