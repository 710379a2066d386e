import { inspect } from "node:util";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  createRedisStore,
  type RedisStore,
  type RedisStoreOptions,
} from "../../src/stores/redis/index.js";
import { createChangeSubscription } from "../../src/stores/redis/subscription.js";
import {
  type RunningServer,
  redisMissing,
  startRedis,
  startRedisCluster,
  titled,
} from "../servers.js";
import { describeConformance, pause, plainWrite } from "./conformance-suite.js";

const day = 86_400_000;

describe.skipIf(redisMissing)(titled("createRedisStore()", redisMissing), () => {
  let server: RunningServer;
  let cluster: readonly RunningServer[] = [];
  let io: Redis;
  let ioCluster: Cluster;
  let nodeRedis: ReturnType<typeof connectNodeRedis>;
  let nodeCluster: ReturnType<typeof connectNodeCluster>;
  const connectNodeRedis = () => createClient({ url: server.url });
  const connectNodeCluster = () =>
    createCluster({ rootNodes: cluster.map(({ url }) => ({ url })) });

  beforeAll(async () => {
    [server, cluster] = await Promise.all([startRedis(), startRedisCluster(3)]);
    io = new Redis(server.url);
    ioCluster = new Cluster(cluster.map(({ port }) => ({ host: "127.0.0.1", port })));
    nodeRedis = connectNodeRedis();
    nodeCluster = connectNodeCluster();
    await Promise.all([nodeRedis.connect(), nodeCluster.connect()]);
  });
  afterAll(async () => {
    io.disconnect();
    ioCluster.disconnect();
    nodeRedis.destroy();
    nodeCluster.destroy();
    await Promise.all([server, ...cluster].map((each) => each.stop()));
  });

  describeConformance("keeps the contract on ioredis", () => createRedisStore(io));
  describeConformance("keeps the contract on node-redis", () =>
    createRedisStore(nodeRedis, { prefix: "node-redis" }),
  );
  describeConformance("keeps the contract on a cluster, by ioredis", () =>
    createRedisStore(ioCluster),
  );
  describeConformance("keeps the contract on a cluster, by node-redis", () =>
    createRedisStore(nodeCluster, { prefix: "node-redis" }),
  );

  let count = 0;
  const prefixed = (options: RedisStoreOptions = {}): [RedisStore, string] => {
    const prefix = `test-${count++}`;
    return [createRedisStore(io, { prefix, ...options }), prefix];
  };

  /** Commands that the server ran, without those called by scripts. */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const monitor = await io.monitor();
    const seen: string[] = [];
    monitor.on("monitor", (_time: string, [command = ""]: string[], source: string) => {
      if (source !== "lua") seen.push(command.toLowerCase());
    });
    await work();
    await pause(50);
    monitor.disconnect();
    return seen.filter((command) => !["info", "client", "hello", "ping"].includes(command));
  }

  test("refreshes in two round trips", async () => {
    const [store] = prefixed();
    const refresh = () =>
      store.withLease("key", { leaseMs: 5000, waitMs: 0 }, async ({ fence, record }) =>
        store.compareAndSet("key", { ...plainWrite("a", record?.version ?? 0), fence }),
      );
    await refresh();
    expect(await commandsOf(refresh)).toEqual(["evalsha", "evalsha"]);
  });

  test("lets 8 stores wait for one refresh with no more than 3 commands each", async () => {
    const stores = Array.from({ length: 8 }, () => prefixed({ prefix: "eight" })[0]);
    const refresh = (store: RedisStore, expectedVersion: number) =>
      store.withLease(
        "key",
        {
          leaseMs: 5000,
          waitMs: 5000,
          enough: (record) => record?.version === expectedVersion + 1,
        },
        async ({ fence }) => {
          await pause(100);
          return store.compareAndSet("key", { ...plainWrite("a", expectedVersion), fence });
        },
      );
    await Promise.all(stores.map((store) => refresh(store, 0)));
    const commands = await commandsOf(async () => {
      const results = await Promise.all(stores.map((store) => refresh(store, 1)));
      expect(results.filter(({ kind }) => kind === "worked")).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === "enough")).toHaveLength(7);
    });
    expect(commands.filter((command) => command === "evalsha")).toHaveLength(16);
    expect(commands).toHaveLength(16);
    for (const store of stores) store.close();
  });

  test("resends a script that the server has forgotten", async () => {
    const [store] = prefixed();
    for (const [client, prefix] of [
      [io, "forgotten-1"],
      [nodeRedis, "forgotten-2"],
    ] as const) {
      await io.script("FLUSH");
      const other = createRedisStore(client, { prefix });
      expect((await other.compareAndSet("key", plainWrite("a", 0)))?.version).toBe(1);
    }
    expect(await store.read("key")).toBeUndefined();
  });

  test.each(["ioredis", "node-redis"])("wakes waiters at once, on %s", async (kind) => {
    const client = kind === "ioredis" ? io : nodeRedis;
    const stores = [1, 2].map(() => createRedisStore(client, { prefix: `wake-${kind}` }));
    const [one, other] = stores as [RedisStore, RedisStore];
    onTestFinished(() => {
      for (const store of stores) store.close();
    });
    // Without the notification, it would look again after a second.
    expect(await quickestWake(one, other)).toBeLessThan(700);
  });

  test("wakes waiters behind an ioredis keyPrefix, and on the caller's own connection", async () => {
    const client = new Redis(server.url, { keyPrefix: "app:" });
    const subscriber = new Redis(server.url);
    onTestFinished(() => {
      for (const each of [client, subscriber]) each.disconnect();
    });
    const store = createRedisStore(client, { prefix: "kept", subscriber });
    expect(await quickestWake(store, store)).toBeLessThan(700);
    store.close();
    expect(await subscriber.ping(), "it is the caller's to close").toBeTruthy();
    expect(await io.keys("app:{kept}:*")).toEqual(["app:{kept}:record:key"]);
  });

  test("makes waiters poll when the client can do no more than run scripts", async () => {
    const bare = {
      evalsha: (sha: string, keyCount: number, ...rest: string[]) =>
        io.evalsha(sha, keyCount, ...rest),
      eval: (script: string, keyCount: number, ...rest: string[]) =>
        io.eval(script, keyCount, ...rest),
    };
    const store = createRedisStore(bare, { prefix: "bare" });
    const first = store.withLease("key", { leaseMs: 60_000, waitMs: 0 }, () => pause(100));
    await pause(10);
    const second = await store.withLease(
      "key",
      { leaseMs: 60_000, waitMs: 5000 },
      async () => "in",
    );
    expect(second).toEqual({ kind: "worked", result: "in" });
    await first;
  });

  test("closes the connection that it opened for waiting", async () => {
    const [store, prefix] = prefixed();
    const subscribers = async () => (await io.pubsub("NUMSUB", `{${prefix}}:changed`))[1];
    const first = store.withLease("key", { leaseMs: 60_000, waitMs: 0 }, () => pause(200));
    await pause(10);
    const second = store.withLease("key", { leaseMs: 60_000, waitMs: 5000 }, async () =>
      subscribers(),
    );
    expect(await second).toEqual({ kind: "worked", result: 1 });
    await first;
    store.close();
    await pause(50);
    expect(await subscribers()).toBe(0);
  });

  test("reopens that connection after a time without waiters", async () => {
    const channel = "idle";
    const subscribers = async () => (await io.pubsub("NUMSUB", channel))[1];
    const heard: string[] = [];
    const onMessage = (message: string) => heard.push(message);
    const onRefused = (reason: string) => expect.fail(reason);
    const subscription = createChangeSubscription({
      onRefused,
      client: io,
      subscriber: undefined,
      channel,
      onMessage,
      idleMs: 50,
    });
    expect(await subscription.start()).toBe("now");
    expect(await subscription.start()).toBe("already");
    subscription.leave();
    await pause(20);
    subscription.keep();
    await pause(80);
    expect(await subscribers(), "somebody came back in time").toBe(1);
    subscription.leave();
    await pause(150);
    expect(await subscribers(), "nobody did").toBe(0);
    expect(await subscription.start()).toBe("now");
    await io.publish(channel, "key");
    await pause(50);
    expect(heard).toEqual(["key"]);
    subscription.close();
    expect(await subscription.start(), "after the store was closed").toBe("never");
  });

  test("answers the same when a client sends a command twice", async () => {
    const twice = {
      async evalsha(sha: string, keyCount: number, ...rest: string[]) {
        await io.evalsha(sha, keyCount, ...rest);
        return io.evalsha(sha, keyCount, ...rest);
      },
      eval: async (script: string, keyCount: number, ...rest: string[]) => {
        await io.eval(script, keyCount, ...rest);
        return io.eval(script, keyCount, ...rest);
      },
    };
    const store = createRedisStore(twice, { prefix: "twice" });
    expect((await store.compareAndSet("key", plainWrite("a", 0)))?.version).toBe(1);
    expect((await store.compareAndSet("key", plainWrite("b", 1)))?.version).toBe(2);
    expect(await store.compareAndSet("key", plainWrite("b", 1))).toBeUndefined();
    const result = await store.withLease("key", { leaseMs: 5000, waitMs: 0 }, async ({ fence }) =>
      store.compareAndSet("key", { ...plainWrite("c", 2), fence }),
    );
    expect(result).toMatchObject({ kind: "worked", result: { value: "c", version: 3 } });
    const claim = await store.claim("id", { leaseMs: 5000 });
    expect(claim.kind).toBe("claimed");
    expect(
      claim.kind === "claimed" && (await store.confirm("id", claim.token, { keepMs: 5000 })),
    ).toBe(true);
  });

  test("gives back a lease that arrives when its caller no longer waits", async () => {
    const slowly = async (answer: Promise<unknown>) => {
      const value = await answer;
      await pause(100);
      return value;
    };
    const slow = {
      evalsha: (sha: string, keyCount: number, ...rest: string[]) =>
        slowly(io.evalsha(sha, keyCount, ...rest)),
      eval: (script: string, keyCount: number, ...rest: string[]) =>
        slowly(io.eval(script, keyCount, ...rest)),
    };
    const [store, prefix] = prefixed();
    await store.read("key");
    const waiting = createRedisStore(slow, { prefix }).withLease(
      "key",
      { leaseMs: 60_000, waitMs: 0, signal: AbortSignal.timeout(30) },
      async () => expect.fail("it worked"),
    );
    await expect(waiting).rejects.toThrow("timeout");
    const next = await store.withLease("key", { leaseMs: 5000, waitMs: 2000 }, async () => "next");
    expect(next).toEqual({ kind: "worked", result: "next" });
  });

  test("returns the result of the work although Redis went away meanwhile", async () => {
    const away = await startRedis();
    const client = createClient({ url: away.url });
    client.on("error", () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    const store = createRedisStore(client);
    // node-redis itself would wait for the server to come back.
    const result = await store.withLease("key", { leaseMs: 5000, waitMs: 0 }, async () => {
      await away.stop();
      return "done";
    });
    expect(result).toEqual({ kind: "worked", result: "done" });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("no longer")), 50);
    const waiting = store.withLease(
      "key",
      { leaseMs: 5000, waitMs: 0, signal: stop.signal },
      async () => 1,
    );
    await expect(waiting).rejects.toThrow("no longer");
  });

  test("shows no record in the errors of a server that refuses it", async () => {
    const full = await startRedis("--maxmemory", "1");
    const clients = [new Redis(full.url), createClient({ url: full.url })] as const;
    onTestFinished(async () => {
      clients[0].disconnect();
      clients[1].destroy();
      await full.stop();
    });
    await clients[1].connect();
    for (const client of clients) {
      const store = createRedisStore(client);
      // By the source of the script, and then by its hash.
      for (let i = 0; i < 2; i++) {
        const write = { ...plainWrite("t0ken-s3cr3t", 0), fence: 1 };
        const error = await store.compareAndSet("key", write).catch((reason: unknown) => reason);
        expect(String(error)).toContain("OOM");
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
      }
    }
  });

  test("issues greater fences even after all data was lost", async () => {
    const [store, prefix] = prefixed();
    const fence = async () => {
      const result = await store.withLease(
        "key",
        { leaseMs: 5000, waitMs: 0 },
        async (lease) => lease.fence,
      );
      return result.kind === "worked" ? result.result : 0;
    };
    const before = [await fence(), await fence()];
    await pause(5);
    await io.del(`{${prefix}}:record:key`);
    const anew = await fence();
    expect(anew).toBeGreaterThan(Math.max(...before));
    await pause(5);
    // As on a replica that had not received the latest leases.
    await io.hset(`{${prefix}}:record:key`, "fence", "1");
    expect(await fence()).toBeGreaterThan(anew);
  });

  test("cannot tell an age when the clock of the server was set back", async () => {
    const [store, prefix] = prefixed();
    await store.compareAndSet("key", plainWrite("a", 0));
    const setBack = (ms: number) =>
      io.hset(`{${prefix}}:record:key`, "written", String(Date.now() + ms));
    await setBack(600_000);
    expect((await store.read("key"))?.ageMs).toBe(Number.POSITIVE_INFINITY);
    const lease = { leaseMs: 5000, waitMs: 0 };
    await store.withLease("key", lease, async ({ fence, record }) => {
      expect(record?.ageMs).toBe(Number.POSITIVE_INFINITY);
      const kept = { ...plainWrite("b", 1), fence, keepAge: true };
      expect((await store.compareAndSet("key", kept))?.ageMs).toBe(Number.POSITIVE_INFINITY);
    });
    await setBack(500);
    expect((await store.read("key"))?.ageMs).toBe(0);
  });

  test("keeps records for ever, and the counters of a key without a record for a month", async () => {
    const [store, prefix] = prefixed();
    const life = () => io.pttl(`{${prefix}}:record:key`);
    await store.withLease("key", { leaseMs: 5000, waitMs: 0 }, async () => undefined);
    expect(await life()).toBeGreaterThan(29 * day);
    await store.compareAndSet("key", { ...plainWrite("a", 0), expiresAtMs: 1 });
    expect(await life()).toBe(-1);
    await store.withLease("key", { leaseMs: 5000, waitMs: 0 }, async () => undefined);
    expect(await life()).toBe(-1);
    await store.delete("key");
    expect(await life()).toBeGreaterThan(29 * day);
    expect(await io.exists(`{${prefix}}:keys`, `{${prefix}}:expiring`)).toBe(0);
  });

  test("forgets claims on its own", async () => {
    const [store, prefix] = prefixed();
    const claim = await store.claim("id", { leaseMs: 1000 });
    expect(await io.pttl(`${prefix}:claim:id`)).toBeGreaterThan(day - 1000);
    if (claim.kind === "claimed") await store.confirm("id", claim.token, { keepMs: 60_000 });
    expect(await io.pttl(`${prefix}:claim:id`)).toBeLessThanOrEqual(60_000);
  });

  test("lists what expires even behind thousands of keys with another prefix", async () => {
    const [store] = prefixed();
    const write = (key: string, expiresAtMs: number) =>
      store.compareAndSet(key, { ...plainWrite("a", 0), expiresAtMs });
    await Promise.all(Array.from({ length: 2500 }, (_, index) => write(`other/${index}`, index)));
    await write("mine/1", 2000);
    await write("mine/2", 9000);
    const first = await store.list({ prefix: "mine/", expiringBeforeMs: 10_000 });
    expect(first.next, "a page stops after 2000 keys").toBeDefined();
    const second = await store.list({
      prefix: "mine/",
      expiringBeforeMs: 10_000,
      cursor: first.next,
    });
    const keys = [...first.keys, ...second.keys].map(({ key }) => key);
    expect(keys).toEqual(["mine/1", "mine/2"]);
    expect(second.next).toBeUndefined();
  });

  test("refuses clients and prefixes that cannot work", () => {
    expect(() => createRedisStore({} as Redis)).toThrow(TypeError);
    expect(() => createRedisStore(io, { prefix: "" })).toThrow(RangeError);
    expect(() => createRedisStore(io, { prefix: "a{b}" })).toThrow(RangeError);
  });
});

/** How many milliseconds after a lease was given up the next holder had it, at best of five times. */
async function quickestWake(holder: RedisStore, waiter: RedisStore): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < 5; time++) {
    let endedAt = 0;
    const first = holder.withLease("key", { leaseMs: 60_000, waitMs: 0 }, async () => {
      await pause(100);
      endedAt = performance.now();
    });
    await pause(20);
    const second = await waiter.withLease("key", { leaseMs: 60_000, waitMs: 5000 }, async () =>
      performance.now(),
    );
    await first;
    if (second.kind === "worked") took.push(second.result - endedAt);
  }
  return Math.min(...took);
}
