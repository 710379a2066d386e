/** Redis as it is set up elsewhere: users with few rights, replicas, little memory, slots that move. */

import { setTimeout as wait } from "node:timers/promises";
import { Cluster, Redis } from "ioredis";
import { createClient, createClientPool, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createRedisStore, type RedisClient } from "../../src/stores/redis/index.js";
import {
  type RunningServer,
  redisCommand,
  redisMissing,
  startRedis,
  startRedisCluster,
  titled,
} from "../servers.js";
import { collectWarnings, describeConformance, plainWrite } from "./conformance-suite.js";

describe.skipIf(redisMissing)(titled("a Redis user", redisMissing), () => {
  let server: RunningServer;
  let admin: Redis;
  const open: Redis[] = [];

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    open.push(admin);
  });
  afterAll(async () => {
    for (const client of open) client.disconnect();
    await server.stop();
  });

  /** A client of a user with these rights and no others. */
  async function clientOf(name: string, ...rights: string[]): Promise<Redis> {
    await admin.call("ACL", "SETUSER", name, "reset", "on", ">pw", ...rights);
    const client = new Redis(server.port, { username: name, password: "pw" });
    open.push(client);
    return client;
  }

  /** The rights that docs/stores.md lists. */
  const leastRights = "+@read +@write +@connection +eval +evalsha +time +publish +subscribe +info";
  let least: RedisClient;
  let mute: RedisClient;
  beforeAll(async () => {
    const keys = ["~{least}:*", "~least:claim:*", "&{least}:changed"];
    least = await clientOf("least", ...leastRights.split(" "), ...keys);
    mute = await clientOf("mute", "+@all", "~*", "resetchannels");
  });
  describeConformance("with the least rights keeps the contract", () =>
    createRedisStore(least, { prefix: "least" }),
  );
  describeConformance("without channels keeps the contract", () =>
    createRedisStore(mute, { prefix: "mute" }),
  );

  test("without channels has its writes carried out, and is told once which right is missing", async () => {
    const client = await clientOf("writer", "+@all", "~*", "resetchannels");
    const warnings = collectWarnings();
    const stores = [1, 2].map(() => createRedisStore(client, { prefix: "writer" }));
    for (const [index, store] of stores.entries()) {
      const key = `key${index}`;
      expect(await store.compareAndSet(key, plainWrite("a", 0))).toMatchObject({ version: 1 });
      expect(await store.delete(key)).toBe(true);
      expect(await store.read(key)).toBeUndefined();
      const lease = { leaseMs: 60_000, waitMs: 0 };
      expect(await store.withLease(key, lease, async () => "worked")).toMatchObject({
        kind: "worked",
      });
    }
    const told = (await warnings()).filter((text) => text.includes("tell waiters"));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("+publish +subscribe &{writer}:changed");
  });

  test.each(["publish", "subscribe"])("without %s still waits for a lease", async (command) => {
    const client = await clientOf(`no-${command}`, "+@all", `-${command}`, "~*", "&*");
    const warnings = collectWarnings();
    const [one, other] = [1, 2].map(() => createRedisStore(client, { prefix: command })) as [
      ReturnType<typeof createRedisStore>,
      ReturnType<typeof createRedisStore>,
    ];
    const first = one.withLease("key", { leaseMs: 60_000, waitMs: 0 }, () => wait(100));
    await wait(20);
    const second = other.withLease("key", { leaseMs: 60_000, waitMs: 10_000 }, async () => "in");
    await first;
    expect(await second).toEqual({ kind: "worked", result: "in" });
    expect((await warnings()).filter((text) => text.includes("tell waiters"))).toHaveLength(1);
    for (const store of [one, other]) store.close();
  });

  test("without the right to write is refused, with the reason", async () => {
    const client = await clientOf("reader", "+@read", "+eval", "+evalsha", "+time", "~*");
    const store = createRedisStore(client);
    expect(await store.read("key")).toBeUndefined();
    await expect(store.compareAndSet("key", plainWrite("a", 0))).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringMatching(/NOPERM|can't run this command/),
    });
    expect(await store.read("key")).toBeUndefined();
  });
});

describe.skipIf(redisMissing)(titled("a Redis that is short of memory", redisMissing), () => {
  test.each([
    ["allkeys-lru", 1],
    ["volatile-ttl", 1],
    ["noeviction", 0],
  ])("with %s leads to %i warnings", async (policy, count) => {
    const server = await startRedis("--maxmemory", "50mb", "--maxmemory-policy", policy);
    const client = new Redis(server.url);
    onTestFinished(async () => {
      client.disconnect();
      await server.stop();
    });
    const warnings = collectWarnings();
    for (const _ of [1, 2]) {
      const store = createRedisStore(client);
      await store.read("key");
      // The answer to what the store asked before has arrived by then.
      await client.ping();
    }
    const told = (await warnings()).filter((text) => text.includes("maxmemory-policy"));
    expect(told).toHaveLength(count);
    if (count > 0) expect(told[0]).toContain(`${policy}, expected noeviction`);
  });

  test("leaves no list entry of a record that it has evicted, once that is written or deleted", async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    onTestFinished(async () => {
      client.disconnect();
      await server.stop();
    });
    const store = createRedisStore(client, { prefix: "evicted" });
    const listed = async () =>
      [
        await store.list({ prefix: "" }),
        await store.list({ prefix: "", expiringBeforeMs: 9000 }),
      ].map(({ keys }) => keys);
    for (const key of ["a", "b"]) {
      await store.compareAndSet(key, { ...plainWrite("x", 0), expiresAtMs: 5000 });
      await client.del(`{evicted}:record:${key}`);
    }
    expect(await store.delete("a")).toBe(false);
    await store.compareAndSet("b", { ...plainWrite("y", 0), expiresAtMs: 6000 });
    const b = { key: "b", expiresAtMs: 6000 };
    expect(await listed()).toEqual([[b], [b]]);
  });
});

describe.skipIf(redisMissing)(titled("createRedisStore({ replicas })", redisMissing), () => {
  test("waits for the replicas, and says so when they do not answer", async () => {
    const master = await startRedis();
    const replica = await startRedis("--replicaof", "127.0.0.1", String(master.port));
    const io = new Redis(master.url);
    const node = createClient({ url: master.url });
    node.on("error", () => undefined);
    await node.connect();
    onTestFinished(async () => {
      io.disconnect();
      node.destroy();
      await Promise.all([master.stop(), replica.stop()]);
    });
    await expect
      .poll(() => redisCommand(replica.port, "INFO replication"), { timeout: 15_000 })
      .toContain("master_link_status:up");

    const clients = { io, node };
    for (const [prefix, client] of Object.entries(clients)) {
      const store = createRedisStore(client, { prefix, replicas: 1 });
      expect(await store.compareAndSet("key", plainWrite("a", 0))).toMatchObject({ version: 1 });
      expect(await redisCommand(replica.port, `HGET {${prefix}}:record:key value`)).toContain("a");
    }

    await replica.stop();
    for (const [prefix, client] of Object.entries(clients)) {
      const store = createRedisStore(client, { prefix, replicas: 1 });
      const missing = { name: "StoreError", code: "replicas_missing" };
      const failing = store.compareAndSet("key", plainWrite("b", 1));
      await expect(failing).rejects.toMatchObject(missing);
      await expect(failing).rejects.toThrow("0 of 1 replicas");
      expect(await store.read("key"), "it was made").toMatchObject({ value: "b", version: 2 });
      await expect(store.claim("id", { leaseMs: 5000 })).rejects.toMatchObject(missing);
      await expect(store.delete("key")).rejects.toMatchObject(missing);
      const lease = { leaseMs: 5000, waitMs: 0 };
      const leased = await store.withLease("other", lease, async () => "no wait for a lease");
      expect(leased.kind).toBe("worked");
    }
  });

  test("refuses clients that may send WAIT on another connection than the write", () => {
    const cluster = new Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true });
    const clients: RedisClient[] = [
      cluster,
      createCluster({ rootNodes: [{ url: "redis://127.0.0.1:1" }] }),
      createClientPool({ url: "redis://127.0.0.1:1" }),
      { evalsha: async () => null, eval: async () => null },
    ];
    for (const client of clients) {
      expect(() => createRedisStore(client, { replicas: 1 })).toThrow(TypeError);
    }
    for (const replicas of [-1, 0.5, Number.NaN]) {
      expect(() => createRedisStore(cluster, { replicas })).toThrow(RangeError);
    }
  });
});

describe.skipIf(redisMissing)(titled("a slot that moves", redisMissing), () => {
  test.each(["ioredis", "node-redis"])("delays a store on %s, and fails nothing", async (kind) => {
    const nodes = await startRedisCluster(2);
    const ports = nodes.map(({ port }) => port);
    const client =
      kind === "ioredis"
        ? new Cluster(ports.map((port) => ({ host: "127.0.0.1", port })))
        : createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
    if ("connect" in client && kind === "node-redis") await client.connect();
    onTestFinished(async () => {
      if ("disconnect" in client && kind === "ioredis") void client.disconnect();
      else if ("destroy" in client) client.destroy();
      await Promise.all(nodes.map((node) => node.stop()));
    });
    const store = createRedisStore(client, { prefix: "moving" });
    await store.compareAndSet("key", plainWrite("a", 0));

    const reply = async (port: number, command: string) =>
      (await redisCommand(port, command)).split("\r\n").filter((line) => !/^[$*]/.test(line));
    const slot = (await reply(ports[0] ?? 0, "CLUSTER KEYSLOT {moving}"))[0]?.slice(1);
    const owners = await Promise.all(
      ports.map((port) => reply(port, `CLUSTER COUNTKEYSINSLOT ${slot}`)),
    );
    const [from, to] = owners[0]?.[0] === ":0" ? [...ports].reverse() : ports;
    const [fromId, toId] = await Promise.all(
      [from, to].map(async (port) => (await reply(port ?? 0, "CLUSTER MYID"))[0]),
    );
    await redisCommand(to ?? 0, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`);
    await redisCommand(from ?? 0, `CLUSTER SETSLOT ${slot} MIGRATING ${toId}`);
    const move = (key: string) => redisCommand(from ?? 0, `MIGRATE 127.0.0.1 ${to} ${key} 0 5000`);
    expect(await move("{moving}:record:key")).toContain("OK");
    // The record is on one node, its list on the other: TRYAGAIN.
    const written = store.compareAndSet("key", plainWrite("b", 1));
    await wait(300);
    expect(await move("{moving}:keys")).toContain("OK");
    for (const port of [to, from]) {
      await redisCommand(port ?? 0, `CLUSTER SETSLOT ${slot} NODE ${toId}`);
    }
    expect(await written).toMatchObject({ value: "b", version: 2 });
    expect(await store.read("key")).toMatchObject({ value: "b", version: 2 });
  });
});
