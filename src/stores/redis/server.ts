/** What a store needs of the Redis server besides its scripts: replicas, and memory that is never evicted. */

import { StoreError } from "../../errors/store-errors.js";
import { answerInvalid } from "../failures.js";
import { warnOnce, warnWithoutErrorListener } from "../warnings.js";
import { isNodeRedis, type RedisClient } from "./client.js";

const replicaTimeoutMs = 1000;

/** @throws StoreError `replicas_missing` if fewer have what this connection has written until now. */
export async function waitForReplicas(client: RedisClient, count: number): Promise<void> {
  if (count === 0) return;
  const answered = Number(await client.wait?.(count, replicaTimeoutMs));
  if (!Number.isSafeInteger(answered)) {
    throw answerInvalid("WAIT gave something else", "a number of replicas");
  }
  if (answered >= count) return;
  throw new StoreError(
    "replicas_missing",
    `Cannot confirm the change: it was made, and ${answered} of ${count} replicas have it after ${replicaTimeoutMs} ms; a failover now would lose it`,
  );
}

/** WAIT is about what its own connection has written. */
export function hasOneConnection(client: RedisClient): boolean {
  const isCluster = "masters" in client || Reflect.get(client, "isCluster") === true;
  return !isCluster && !("totalClients" in client) && typeof client.wait === "function";
}

const inspected = new WeakSet<RedisClient>();

/** Looks at each client once for what would lose records or end the process, and warns of it. */
export function inspectOnce(client: RedisClient): void {
  if (inspected.has(client)) return;
  inspected.add(client);
  // ioredis prints such errors where nobody listens.
  if (isNodeRedis(client)) warnWithoutErrorListener(client, "Redis client");
  void warnOfEviction(client);
}

async function warnOfEviction(client: RedisClient): Promise<void> {
  try {
    const info = String(await client.info?.("memory"));
    const limited = /^maxmemory:(?!0\b)/m.test(info);
    const policy = /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1];
    if (!limited || policy === undefined || policy === "noeviction") return;
    warnOnce(
      client,
      "eviction",
      `Redis may throw records away when its memory is full, and with them connections of customers: maxmemory-policy is ${policy}, expected noeviction`,
    );
  } catch {
    // The user may not ask. The guide to stores says what is expected.
  }
}
