/**
 * Compares the connections in the store with those that the API lists.
 *
 * The API is asked first: a customer who connects meanwhile is then in the store and not in the list, and is
 * left out by the time of their consent.
 */

import { checkOptions } from "../checks/options.js";
import type { RemoteConnection } from "../generated/partner-connections.js";
import type { ConnectionManager } from "./connection-manager.js";
import type { Connection } from "./connection-record.js";

/** Options of `oauth.reconcile`. */
export interface ReconcileOptions {
  /** Mark as revoked what the customer has disconnected. Default: false, which only reports. */
  readonly fix?: boolean | undefined;
}

/** What `oauth.reconcile` found. */
export interface ReconcileResult {
  /** Connections that work for the API and in the store. */
  readonly matching: number;
  /**
   * Connected in the store, and disconnected for the API: the customer has disconnected. With `fix`, they are
   * revoked in the store now.
   */
  readonly disconnected: readonly Connection[];
  /**
   * Connected for the API, and not in the store, or revoked there: nobody has their tokens, and the customer
   * has to consent again. Who is just being connected by a callback may be among them.
   */
  readonly withoutTokens: readonly RemoteConnection[];
  /** Connected in the store, and not listed by the API at all, perhaps because they are of another environment. */
  readonly unlisted: readonly Connection[];
}

export interface ReconcileTools {
  readonly listRemote: () => AsyncIterable<RemoteConnection>;
  readonly listStored: () => AsyncIterable<Connection>;
  readonly manager: ConnectionManager;
}

export async function reconcile(
  { listRemote, listStored, manager }: ReconcileTools,
  options: ReconcileOptions = {},
): Promise<ReconcileResult> {
  checkOptions("Cannot call oauth.reconcile", options, { fix: "boolean" });
  const { fix = false } = options;
  const startedMs = Date.now();
  const remote = await byAccount(listRemote());
  const disconnected: Connection[] = [];
  const unlisted: Connection[] = [];
  let matching = 0;
  for await (const connection of listStored()) {
    if (connection.status === "revoked") continue;
    const found = remote.get(connection.accountId);
    remote.delete(connection.accountId);
    if (found?.status === "CONNECTED") matching++;
    else if (connection.connectedAtMs > startedMs) continue;
    else if (found === undefined) unlisted.push(connection);
    else disconnected.push(connection);
  }
  if (fix) for (const { id } of disconnected) await manager.revoke(id, startedMs);
  const withoutTokens = [...remote.values()].filter(({ status }) => status === "CONNECTED");
  return { matching, disconnected, withoutTokens, unlisted };
}

/** One for each account: an account that connected again may have an older connection besides. */
async function byAccount(
  connections: AsyncIterable<RemoteConnection>,
): Promise<Map<string, RemoteConnection>> {
  const found = new Map<string, RemoteConnection>();
  for await (const connection of connections) {
    const known = found.get(connection.account_id);
    if (known?.status !== "CONNECTED") found.set(connection.account_id, connection);
  }
  return found;
}
