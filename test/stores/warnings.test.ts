import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { createPostgresInbox, createPostgresStore } from "../../src/stores/postgres/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";
import { collectWarnings } from "./conformance-suite.js";

/** A pool as pg's, with as many listeners as told. */
function poolWith(listeners: number) {
  const connection = { query: async () => ({ rows: [] }), release: () => undefined };
  const pool = Object.assign(new EventEmitter(), connection, { connect: async () => connection });
  for (let index = 0; index < listeners; index++) pool.on("error", () => undefined);
  return pool;
}

const errorWarnings = (texts: readonly string[]) =>
  texts.filter((text) => text.includes('no listener for "error"'));

test("a store warns once of a pool without a listener for errors, at the first use", async () => {
  const warnings = collectWarnings();
  const pool = poolWith(0);
  const stores = [createPostgresStore(pool), createPostgresStore(pool)];
  for (const store of stores) await store.read("key");
  for (const store of stores) await store.read("key");
  await createPostgresInbox(pool)
    .run("id", async () => undefined)
    .catch(() => undefined);
  expect(errorWarnings(await warnings())).toHaveLength(1);
});

test("a store does not warn of a pool with a listener that was added after the store was made", async () => {
  const warnings = collectWarnings();
  const pool = poolWith(0);
  const store = createPostgresStore(pool);
  pool.on("error", () => undefined);
  await store.read("key");
  expect(errorWarnings(await warnings())).toEqual([]);
});

test("a store does not warn of clients that emit nothing", async () => {
  const warnings = collectWarnings();
  await createPostgresStore({ query: async () => ({ rows: [] }) }).read("key");
  await createRedisStore({ evalSha: async () => null, eval: async () => null }).read("key");
  expect(errorWarnings(await warnings())).toEqual([]);
});

test("a store warns of a node-redis client without a listener for errors, and not of ioredis, which prints them", async () => {
  const warnings = collectWarnings();
  const script = async () => null;
  const emitter = () => new EventEmitter();
  await createRedisStore(Object.assign(emitter(), { evalSha: script, eval: script })).read("key");
  expect(errorWarnings(await warnings())).toHaveLength(1);
  const more = collectWarnings();
  await createRedisStore(Object.assign(emitter(), { evalsha: script, eval: script })).read("key");
  expect(errorWarnings(await more())).toEqual([]);
});
