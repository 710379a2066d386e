/** A store in Redis or Valkey, for many processes on many machines. */

import type { Acquired, Listed, ListQuery, StoreBackend } from "./backend.js";
import { buildStore } from "./build-store.js";
import { lateConfirmMs } from "./claim-cell.js";
import { type RedisClient, runScript, type Script } from "./redis-client.js";
import { createNews, type RedisSubscriber } from "./redis-news.js";
import {
  acquireScript,
  claimScript,
  confirmScript,
  giveBackScript,
  listByExpiryScript,
  listByKeyScript,
  readScript,
  releaseScript,
  removeScript,
  writeScript,
} from "./redis-scripts.js";
import type { ListedKey, Store, StoredRecord } from "./store.js";

export type { Store } from "./store.js";

import { createWakeUps } from "./wake-ups.js";

export type { IoredisClient, NodeRedisClient, RedisClient, ScriptInput } from "./redis-client.js";
export type { RedisSubscriber } from "./redis-news.js";

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
  const wakeUps = createWakeUps();
  const news = createNews({
    client,
    subscriber,
    channel: names.channel,
    onNews: wakeUps.wake,
    idleMs,
  });
  const run: Run = (script, keys, args) => runScript(client, script, keys, args);
  const backend = createRedisBackend(run, names);
  const store = buildStore({
    ...backend,
    listen(key) {
      news.keep();
      const listener = wakeUps.listen(key, news.start);
      const close = (): void => {
        listener.close();
        if (wakeUps.listeners() === 0) news.leave();
      };
      return { ...listener, close };
    },
  });
  return { ...store, close: news.close };
}

/** An open socket keeps a process alive; a finished script should not have to wait longer than this. */
const idleMs = 5000;

type Run = (script: Script, keys: string[], args: readonly (string | number)[]) => Promise<unknown>;

type Names = ReturnType<typeof createNames>;

/** The part in braces decides the slot: the same for records and lists; each claim hashes on its own. */
function createNames(prefix: string) {
  return {
    record: (key: string) => `{${prefix}}:record:${key}`,
    byKey: `{${prefix}}:keys`,
    byExpiry: `{${prefix}}:expiring`,
    channel: `{${prefix}}:changed`,
    claim: (id: string) => `${prefix}:claim:${id}`,
  };
}

function createRedisBackend(run: Run, names: Names): StoreBackend {
  const listed = (key: string): string[] => [names.record(key), names.byKey, names.byExpiry];
  return {
    read: async (key) => toRecord(await run(readScript, [names.record(key)], [])),
    async acquire(key, { leaseMs, token, seenVersion }) {
      const args = [leaseMs, token, seenVersion ?? ""];
      return toAcquired(await run(acquireScript, [names.record(key)], args));
    },
    giveBack: (key, fence) => run(giveBackScript, [names.record(key)], [key, fence, names.channel]),
    async write(key, { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }, writeId) {
      const lease = [fence ?? "", keepLease ? "1" : ""];
      const args = [
        key,
        value,
        expiresAtMs ?? "",
        expectedVersion,
        ...lease,
        writeId,
        names.channel,
        keepAge ? "1" : "",
      ];
      return toRecord(await run(writeScript, listed(key), args));
    },
    remove: async (key) =>
      toNumber(await run(removeScript, listed(key), [key, names.channel])) === 1,
    list: (query) =>
      query.expiringBeforeMs === undefined
        ? listByKey(run, names, query)
        : listByExpiry(run, names, query, query.expiringBeforeMs),
    async claim(id, token, leaseMs) {
      const kind = await run(claimScript, [names.claim(id)], [token, leaseMs, lateConfirmMs]);
      return String(kind) as "claimed" | "busy" | "done";
    },
    confirm: async (id, token, keepMs) =>
      toNumber(await run(confirmScript, [names.claim(id)], [token, keepMs])) === 1,
    release: async (id, token) =>
      toNumber(await run(releaseScript, [names.claim(id)], [token])) === 1,
    pollMs: [20, 250],
  };
}

async function listByKey(run: Run, names: Names, query: ListQuery): Promise<Listed> {
  const args = [query.prefix, query.limit + 1, query.after?.key ?? ""];
  const members = toTexts(await run(listByKeyScript, [names.byKey], args));
  const keys = members.slice(0, query.limit).map((member) => {
    const [key = "", expires = ""] = member.split("\0");
    return { key, expiresAtMs: expires === "" ? undefined : Number(expires) };
  });
  return { keys, after: members.length > query.limit ? keys.at(-1) : undefined };
}

async function listByExpiry(
  run: Run,
  names: Names,
  { prefix, limit, after }: ListQuery,
  beforeMs: number,
): Promise<Listed> {
  const args = [prefix, limit, beforeMs, after?.expiresAtMs ?? "", after?.key ?? ""];
  const [last = "", ...members] = toTexts(await run(listByExpiryScript, [names.byExpiry], args));
  return { keys: members.map(toDated), after: last === "" ? undefined : toDated(last) };
}

function toDated(member: string): ListedKey {
  return { key: member.slice(16), expiresAtMs: Number(member.slice(0, 16)) };
}

function toAcquired(answer: unknown): Acquired {
  const [kind, number, record] = answer as readonly unknown[];
  const found = toRecord(record);
  if (String(kind) === "taken") return { kind: "taken", fence: toNumber(number), record: found };
  if (String(kind) === "changed") return { kind: "changed", record: found };
  return { kind: "held", remainingMs: toNumber(number), record: found };
}

function toRecord(answer: unknown): StoredRecord | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [value = "", version, expires, age] = toTexts(answer);
  return {
    value,
    version: Number(version),
    expiresAtMs: expires === "" ? undefined : Number(expires),
    ageMs: Number(age),
  };
}

/** A client can be configured to return buffers; `String` decodes them as UTF-8. */
function toTexts(answer: unknown): string[] {
  return (answer as readonly unknown[]).map(String);
}

function toNumber(answer: unknown): number {
  return Number(String(answer));
}

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
