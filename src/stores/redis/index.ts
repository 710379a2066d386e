/** A store in Redis or Valkey, for many processes on many machines. */

import { buildStore } from "../build-store.js";
import { createChangeListeners } from "../change-listeners.js";
import type { Store } from "../store.js";
import { type RedisClient, runScript } from "./client.js";
import { createNames, createRedisBackend } from "./redis-backend.js";
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
 * @throws TypeError for a client of neither kind; RangeError if the prefix is empty or contains braces.
 * @example
 * const store = createRedisStore(new Redis("redis://localhost:6379"), { prefix: "shop" });
 */
export function createRedisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const { prefix = "airwallex-connect", subscriber } = options;
  checkClient(client);
  checkPrefix(prefix);
  const names = createNames(prefix);
  const listeners = createChangeListeners();
  const subscription = createChangeSubscription({
    client,
    subscriber,
    channel: names.channel,
    onMessage: listeners.tell,
    idleMs,
  });
  const store = buildStore({
    ...createRedisBackend((script, keys, args) => runScript(client, script, keys, args), names),
    listen(key) {
      subscription.keep();
      const listener = listeners.listen(key, subscription.start);
      const close = (): void => {
        listener.close();
        if (listeners.count() === 0) subscription.leave();
      };
      return { ...listener, close };
    },
  });
  return { ...store, close: subscription.close };
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
