/** One connection in a memory store, a server that answers as told, and a clock that is moved by hand. */

import type { ConnectionEvent } from "../../../src/index.js";
import {
  type ConnectionManager,
  createConnectionManager,
} from "../../../src/oauth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import type { RecordStore } from "../../../src/stores/store.js";
import { createTimedMemoryStore } from "../../stores/memory-store.js";

export const lifeMs = 300_000;
/** What the server says when it does not issue tokens. */
export const error = new Error("because");
/** Lets everything happen that can happen now. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function setUp(accessLeftMs = lifeMs, more: Partial<ConnectionRecord> = {}) {
  let nowMs = 1_000_000;
  const asleep: { readonly untilMs: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number) =>
    new Promise<void>((wake) => asleep.push({ untilMs: nowMs + ms, wake }));
  const store = createTimedMemoryStore({ now: () => nowMs, sleep });
  const record: ConnectionRecord = {
    ...{ id: "c1", accountId: "acct_1", connectedAtMs: 0, rotatedAtMs: 0, status: "connected" },
    ...{
      generation: 1,
      accessToken: "secret-access-0",
      refreshToken: "secret-refresh-0",
      accessLeftMs,
    },
    ...more,
  };
  const text = (value: ConnectionRecord) => ({
    value: JSON.stringify(value),
    expiresAtMs: undefined,
  });
  await store.compareAndSet("c1", { ...text(record), expectedVersion: 0 });

  const spent: string[] = [];
  const answers: RefreshAnswer["kind"][] = [];
  async function refresh(token: string): Promise<RefreshAnswer> {
    const count = spent.push(token);
    await Promise.resolve();
    const kind = answers.shift() ?? "issued";
    if (kind !== "issued") return { kind, error };
    const tokens = {
      accessToken: `secret-access-${count}`,
      refreshToken: `secret-refresh-${count}`,
    };
    const lifetimes = { accessLifetimeMs: lifeMs, refreshLifetimeMs: 86_400_000 };
    const owner = { accountId: undefined, orgId: undefined, scopes: undefined };
    return { kind, pair: { ...tokens, ...lifetimes, ...owner } };
  }

  const events: ConnectionEvent[] = [];
  const away = { writes: 0, all: false };
  let leases = 0;
  const failing: RecordStore = {
    ...store,
    async withLease(key, options, work) {
      leases++;
      if (away.all) throw new Error("the store is away");
      return await store.withLease(key, options, work);
    },
    async compareAndSet(key, write) {
      if (away.all || (away.writes > 0 && --away.writes === 0))
        throw new Error("the store is away");
      return await store.compareAndSet(key, write);
    },
  };
  let ids = 0;
  const createManager = (): ConnectionManager =>
    createConnectionManager({
      ...{
        refresh,
        sleep,
        store: failing,
        limits: rotationLimits,
        concurrent: 40,
        random: Math.random,
      },
      ...{ nowMs: () => nowMs, dateMs: () => Math.floor(nowMs), newId: () => `refresh-${++ids}` },
      wakeAll: () => undefined,
      keyOf: (id) => id,
      publish: (event) => events.push(event),
    });
  const manager = createManager();
  return {
    ...{ manager, createManager, store, spent, answers, events, away },
    tokens: manager.tokens("c1"),
    read: async () => JSON.parse((await store.read("c1"))?.value ?? "null") as ConnectionRecord,
    put: async (value: ConnectionRecord) => {
      const version = (await store.read("c1"))?.version ?? 0;
      await store.compareAndSet("c1", { ...text(value), expectedVersion: version });
    },
    /** Advances the time, and wakes whoever slept until then. */
    async pass(ms: number) {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const next = asleep.sort((one, other) => one.untilMs - other.untilMs)[0];
        if (!next || next.untilMs > endMs) break;
        asleep.shift();
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
      }
      nowMs = endMs;
    },
    leases: () => leases,
    kinds: () => events.map(({ kind }) => kind),
  };
}
