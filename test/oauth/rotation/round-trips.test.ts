/** What a refresh costs, counted by the Redis server itself; prints the figures. */

import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ConnectionManager,
  createConnectionManager,
} from "../../../src/oauth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import { createTimers } from "../../../src/oauth/timers.js";
import { createRedisStore } from "../../../src/stores/redis/index.js";
import type { Store } from "../../../src/stores/store.js";
import { Deadline } from "../../../src/transport/deadline.js";
import { type RunningServer, redisMissing, startRedis, titled } from "../../servers.js";
import { recordOf } from "./virtual-worker.js";

const id = "connection-1";
const lifetimes = { accessLifetimeMs: 300_000, refreshLifetimeMs: 86_400_000 };
const pair = {
  ...{ accessToken: "access", refreshToken: "refresh", ...lifetimes },
  ...{ accountId: undefined, orgId: undefined, scopes: undefined },
};

const deadline = new Deadline(5000, undefined);
deadline.close();

describe.skipIf(redisMissing)(titled("a refresh over Redis", redisMissing), () => {
  let server: RunningServer;
  let redis: Redis;
  let monitor: Redis;
  let commands: string[] = [];
  let last: string | undefined;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    // An ioredis monitor fails if it sees a command at the moment it starts.
    await redis.ping();
    monitor = await redis.monitor();
    monitor.on("monitor", (_time, args: string[], source: string) => {
      // What a script does inside the server is not a round trip.
      if (source !== "lua") commands.push(String(args[0]));
      last = args[1];
    });
    // The first use of each script sends its source.
    await renew({});
  });
  afterAll(async () => {
    monitor?.disconnect();
    redis?.disconnect();
    await server?.stop();
  });

  /** Renews an expired connection that the process has used before, and returns the commands. */
  async function renew(more: Partial<ConnectionRecord>): Promise<readonly string[]> {
    const store = createRedisStore(redis);
    const manager = createManager(store);
    await put(store, {});
    await manager.tokens(id).current(deadline);
    await put(store, { accessLeftMs: 0, ...more });
    await seen();
    commands = [];
    await manager.renew(id);
    const taken = await seen();
    expect(JSON.parse((await store.read(id))?.value ?? "{}").spentBy).toBeUndefined();
    return taken;
  }

  async function put(store: Store, more: Partial<ConnectionRecord>): Promise<void> {
    const { version: expectedVersion = 0 } = (await store.read(id)) ?? {};
    const value = JSON.stringify({ ...recordOf(pair), ...more });
    await store.compareAndSet(id, { value, expiresAtMs: undefined, expectedVersion });
  }

  function createManager(store: Store): ConnectionManager {
    return createConnectionManager({
      ...{ store, limits: rotationLimits, concurrent: 40, keyOf: (key) => key, newId: randomUUID },
      ...{ nowMs: () => performance.now(), dateMs: Date.now, random: Math.random },
      refresh: async () => ({ kind: "issued", pair }),
      ...createTimers(),
      publish: () => undefined,
    });
  }

  /** The commands so far, once the monitor has shown the last one. */
  async function seen(): Promise<readonly string[]> {
    const mark = randomUUID();
    await redis.echo(mark);
    while (last !== mark) await new Promise((resolve) => setTimeout(resolve, 5));
    return commands.slice(0, -1);
  }

  test.each<[what: string, more: Partial<ConnectionRecord>]>([
    ["of an expired connection", {}],
    ["of a connection that a process died over", { spentBy: "somebody" }],
  ])("%s takes 3 round trips", async (what, more) => {
    const taken = await renew(more);
    console.log(`redis: a refresh ${what} took ${taken.length} round trips: ${taken.join(", ")}`);
    expect(taken.length).toBeLessThanOrEqual(3);
    expect(taken.every((name) => name === "evalsha")).toBe(true);
  });

  test("is skipped, after 1 round trip, by a process that finds a fresh token", async () => {
    const store = createRedisStore(redis);
    await put(store, {});
    await seen();
    commands = [];
    await createManager(store).tokens(id).current(deadline);
    expect((await seen()).length).toBe(1);
  });

  test("of a connection that does not exist takes 1 round trip, and leaves no key", async () => {
    const before = await redis.dbsize();
    await seen();
    commands = [];
    const tokens = createManager(createRedisStore(redis)).tokens("made-up");
    await expect(tokens.current(deadline)).rejects.toThrow("there is no such connection");
    expect((await seen()).length).toBe(1);
    expect(await redis.dbsize()).toBe(before);
  });
});
