/** A store in Redis or Valkey, for many processes on many machines. */

import { checkOptions } from "../../checks/options.js";
import type { Listener } from "../backend.js";
import { buildStore } from "../build-store.js";
import { createChangeListeners } from "../change-listeners.js";
import { checkWhole } from "../check-input.js";
import type { Store } from "../store.js";
import { warnOnce } from "../warnings.js";
import { type RedisClient, runScript } from "./client.js";
import { createNames, createRedisBackend } from "./redis-backend.js";
import { hasOneConnection, inspectOnce, waitForReplicas } from "./server.js";
import { createChangeSubscription, type RedisSubscriber } from "./subscription.js";

export type { Store } from "../store.js";
export type { IoredisClient, NodeRedisClient, RedisClient, ScriptInput } from "./client.js";
export type { RedisSubscriber } from "./subscription.js";

/** Options of `createRedisStore`. */
export interface RedisStoreOptions {
  /**
   * Prefix of every key; default `airwallex-connect`. On a cluster, all records under one prefix share a
   * slot, so that a record and its list entries change in one step; claims are spread across slots.
   */
  readonly prefix?: string | undefined;
  /**
   * A second connection, of the same kind as the client, on which waiters learn that a lease has ended.
   * Default: the client's `duplicate()`, opened when someone has to wait and closed 5 seconds after the
   * last wait. If the client cannot duplicate itself, waiters poll.
   */
  readonly subscriber?: RedisSubscriber | undefined;
  /**
   * How many replicas must have a change before it counts as made; default 0. With 1 or more, a change takes
   * one more round trip (WAIT), and rejects with `replicas_missing` if they have not answered within a
   * second, though the change was made. WAIT holds back everything else on the connection: give the store a
   * client of its own. Not for clusters and pools.
   */
  readonly replicas?: number | undefined;
}

/** A store that may open a connection of its own. */
export interface RedisStore extends Store {
  /** Closes the connection that was opened for waiting, if any. The caller's client stays open. */
  close(): void;
}

/**
 * A store in Redis 5 or later, or Valkey, on the caller's own client: ioredis 5 or 6, or a connected
 * node-redis 4, 5 or 6. On a cluster, use any of them except node-redis 4, which sends scripts to a random
 * node. The store is only as durable as the server: turn on `appendonly`, and see the guide to stores for
 * what a failover can lose.
 *
 * A refresh takes three round trips: take the lease with fence and record, mark the record, and write it,
 * which ends the lease.
 *
 * @throws TypeError for a client of neither kind, or one that cannot wait for `replicas`; RangeError if the
 * prefix is empty or contains braces.
 * @example
 * const store = createRedisStore(new Redis("redis://localhost:6379"), { prefix: "shop" });
 */
export function createRedisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  checkOptions("Cannot create Redis store", options, {
    prefix: "string",
    subscriber: "any",
    replicas: "number",
  });
  const { prefix = "airwallex-connect", replicas = 0 } = options;
  checkClient(client);
  checkPrefix(prefix);
  checkReplicas(client, replicas);
  const names = createNames(prefix);
  const changes = createChanges(client, options.subscriber, names.channel);
  const backend = createRedisBackend({
    names,
    run(script, keys, args) {
      inspectOnce(client);
      return runScript(client, script, keys, args);
    },
    onUnpublished: changes.refused,
    replicated: () => waitForReplicas(client, replicas),
  });
  const store = buildStore({ ...backend, listen: changes.listen });
  return { ...store, close: changes.close };
}

/** Lets waiters hear of changes, as long as Redis allows it. */
function createChanges(
  client: RedisClient,
  subscriber: RedisSubscriber | undefined,
  channel: string,
) {
  const listeners = createChangeListeners();
  let allowed = true;
  function refused(reason: string): void {
    allowed = false;
    warnOnce(
      client,
      "channel",
      `Redis does not let the store tell waiters of changes, so they look every 20 to 250 ms: ${reason}. Its user needs the commands publish and subscribe and the channel "${channel}" (ACL SETUSER <user> +publish +subscribe &${channel})`,
    );
  }
  const subscription = createChangeSubscription({
    ...{ client, subscriber, channel, idleMs },
    onMessage: listeners.tell,
    onRefused: refused,
  });

  return {
    refused,
    listen(key: string): Listener | undefined {
      if (!allowed) return undefined;
      subscription.keep();
      const listener = listeners.listen(key, subscription.start);
      const close = (): void => {
        listener.close();
        if (listeners.count() === 0) subscription.leave();
      };
      return { ...listener, close };
    },
    close: subscription.close,
  };
}

/** An open socket keeps a process alive; a finished script should not have to wait longer than this. */
const idleMs = 5000;

function checkClient(client: RedisClient): void {
  if (
    typeof client !== "object" ||
    client === null ||
    !("evalsha" in client || "evalSha" in client)
  ) {
    throw new TypeError(
      "Cannot create Redis store: the client has no `evalsha` and no `evalSha`, expected ioredis or node-redis",
    );
  }
}

function checkPrefix(prefix: string): void {
  if (prefix === "" || /[{}]/.test(prefix)) {
    throw new RangeError(
      "Cannot create Redis store: `prefix` is empty or holds braces, expected a string without them",
    );
  }
}

function checkReplicas(client: RedisClient, replicas: number): void {
  checkWhole("replicas", replicas, 0, 100);
  if (replicas > 0 && !hasOneConnection(client)) {
    throw new TypeError(
      "Cannot create Redis store: `replicas` is set and the client is a cluster or a pool, expected one connection, to which WAIT belongs",
    );
  }
}
