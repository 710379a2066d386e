/** What a refresh costs, counted by the Redis server itself; prints the figures. */

import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnectionManager } from "../../../src/auth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/auth/connection-record.js";
import { rotationLimits } from "../../../src/auth/rotation.js";
import { createRedisStore } from "../../../src/stores/redis.js";
import { type RunningServer, redisMissing, startRedis, titled } from "../../servers.js";
import { recordOf } from "./virtual-worker.js";

const id = "connection-1";
const lifetimes = { accessLifetimeMs: 300_000, refreshLifetimeMs: 86_400_000 };
const pair = {
  ...{ accessToken: "access", refreshToken: "refresh", ...lifetimes },
  ...{ accountId: undefined, orgId: undefined, scopes: undefined },
};

describe.skipIf(redisMissing)(titled("a refresh over Redis", redisMissing), () => {
  let server: RunningServer;
  let redis: Redis;
  let monitor: Redis;
  let commands: string[] = [];
  let last: string | undefined;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    monitor = await new Redis(server.url).monitor();
    monitor.on("monitor", (_time, args: string[], source: string) => {
      // What a script does inside the server is no round trip.
      if (source !== "lua") commands.push(String(args[0]));
      last = args[1];
    });
    // A first use of each script sends its text along.
    await renew({});
  }, 60_000);
  afterAll(async () => {
    monitor?.disconnect();
    redis?.disconnect();
    await server?.stop();
  });

  /** Renews an expired connection as one process would, and answers the commands that it took. */
  async function renew(more: Partial<ConnectionRecord>): Promise<readonly string[]> {
    const store = createRedisStore(redis);
    const { version: expectedVersion = 0 } = (await store.read(id)) ?? {};
    const value = JSON.stringify({ ...recordOf(pair), accessLeftMs: 0, ...more });
    await store.compareAndSet(id, { value, expiresAtMs: undefined, expectedVersion });
    const manager = createConnectionManager({
      ...{ store, limits: rotationLimits, keyOf: (key) => key, newId: randomUUID },
      ...{ nowMs: () => performance.now(), dateMs: Date.now, random: Math.random },
      refresh: async () => ({ kind: "issued", pair }),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      publish: () => undefined,
    });
    await seen();
    commands = [];
    await manager.renew(id);
    const taken = await seen();
    expect(JSON.parse((await store.read(id))?.value ?? "{}").spender).toBeUndefined();
    return taken;
  }

  /** The commands up to now: waits until the monitor has shown a last one. */
  async function seen(): Promise<readonly string[]> {
    const mark = randomUUID();
    await redis.echo(mark);
    while (last !== mark) await new Promise((resolve) => setTimeout(resolve, 5));
    return commands.slice(0, -1);
  }

  test.each<[what: string, more: Partial<ConnectionRecord>]>([
    ["of an expired connection", {}],
    ["of a connection that a process died over", { spender: "somebody" }],
  ])("%s takes 3 round trips", async (what, more) => {
    const taken = await renew(more);
    console.log(`redis: a refresh ${what} took ${taken.length} round trips: ${taken.join(", ")}`);
    expect(taken.length).toBeLessThanOrEqual(3);
    expect(taken.every((name) => name === "evalsha")).toBe(true);
  });
});
