/** What the simulation once found, reduced to small cases. */

import { describe, expect, test } from "vitest";
import { rotationLimits } from "../../../src/oauth/limits.js";
import { createRefreshQueue } from "../../../src/oauth/refresh-queue.js";
import { type RotateOptions, type RotationTools, rotate } from "../../../src/oauth/rotation.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import { readTokenPair, type TokenPair } from "../../../src/oauth/tokens.js";
import type { RecordStore } from "../../../src/stores/store.js";
import { createTimedMemoryStore } from "../../stores/memory-store.js";
import { lateMark, type Schedule, scheduleOf } from "./schedule.js";
import { createStrictServer } from "./strict-server.js";
import { recordOf } from "./virtual-worker.js";
import { runSchedule } from "./world.js";

test.each<[what: string, schedule: Partial<Schedule>]>([
  [
    "a record that was put back says how long its access token still lasts",
    {
      everyMs: 2000,
      outages: [{ of: "server", kind: "before", fromMs: 295_000, forMs: 248_932 }],
    },
  ],
  [
    "a mark that could not be made is no token for who had the old one refused",
    {
      askings: [
        { slot: 0, atMs: 1000, kind: "use" },
        { slot: 0, atMs: 2000, kind: "refused" },
      ],
      faults: [{ step: 2, kind: "fail_before", ms: 0 }],
    },
  ],
  [
    "a pair that is not saved is no token for who had it refused",
    {
      seed: 0,
      askings: [
        { slot: 0, atMs: 240_000, kind: "use" },
        { slot: 0, atMs: 294_994, kind: "refused" },
      ],
      faults: [
        { step: 4, kind: "fail_late", ms: 30_000 },
        { step: 7, kind: "fail_before", ms: 500 },
      ],
    },
  ],
  [
    "an answer that was lost is asked for again though nobody else comes by",
    {
      askings: [{ slot: 0, atMs: 300_000, kind: "use" }],
      outages: [{ of: "server", kind: "after", fromMs: 295_000, forMs: 20_000 }],
    },
  ],
  [
    "a mark that was young when a slow store answered is looked at again",
    {
      seed: 625_852_664,
      slots: 2,
      restartMs: 75_000,
      everyMs: 7000,
      askings: [
        { slot: 0, atMs: 336_001, kind: "renew" },
        { slot: 0, atMs: 88_982, kind: "refused" },
      ],
      faults: [{ step: 5, kind: "fail_after", ms: 75_000 }],
      outages: [
        { of: "store", kind: "hang", fromMs: 295_000, forMs: 34_008 },
        { of: "store", kind: "hang", fromMs: 295_000, forMs: 89_959 },
      ],
    },
  ],
  [
    "who waited for the lease in vain tries again when its holder may be dead",
    {
      seed: 0,
      slots: 4,
      restartMs: 0,
      everyMs: 50_000,
      faults: [
        { step: 0, kind: "pause", ms: 9 },
        { step: 8, kind: "crash_before", ms: 0 },
        { step: 9, kind: "crash_before", ms: 500 },
        { step: 51, kind: "crash_before", ms: 0 },
      ],
    },
  ],
  [
    "a mark that comes late finds that it was taken back",
    {
      everyMs: 7000,
      askings: [
        { slot: 7, atMs: 295_000, kind: "refused" },
        { slot: 0, atMs: 245_437, kind: "refused" },
        { slot: 0, atMs: 295_000, kind: "renew" },
        { slot: 0, atMs: 295_000, kind: "renew" },
      ],
      seed: 0,
      faults: [
        { step: 4, kind: "pause", ms: 276 },
        { step: 28, kind: "fail_late", ms: 126 },
        { step: 29, kind: "fail_before", ms: 0 },
      ],
    },
  ],
  ["a mark that comes when all is settled is refused, by the fence alone", lateMark],
  [
    "who adopts a record with a mark sees to it that it is settled",
    {
      slots: 3,
      everyMs: 7000,
      askings: [
        { slot: 0, atMs: 7010, kind: "refused" },
        { slot: 1, atMs: 7012, kind: "use" },
      ],
      faults: [{ step: 6, kind: "crash_before", ms: 0 }],
    },
  ],
])("runSchedule() finds no problem: %s", async (_, schedule) => {
  const { problems, end } = await runSchedule(scheduleOf(schedule));
  expect({ problems, end }).toEqual({ problems: [], end: "alive" });
});

describe("rotate()", () => {
  /** One connection with an expired access token, and a clock that only `pass` moves. */
  async function expired() {
    let nowMs = 1_000_000;
    const pass = async (ms: number): Promise<void> => {
      nowMs += ms;
    };
    const clock = { nowMs: () => nowMs, sleep: pass };
    const server = createStrictServer(clock, {
      graceMs: 60_000,
      accessLifetimeMs: 300_000,
      refreshLifetimeMs: 86_400_000,
    });
    const store = createTimedMemoryStore({ now: clock.nowMs, sleep: pass });
    const record = { ...recordOf(server.first), accessLeftMs: 0 };
    const text = { value: JSON.stringify(record), expiresAtMs: undefined };
    await store.compareAndSet("key", { ...text, expectedVersion: 0 });

    /** A process whose writes to the store go as listed, and succeed after that. */
    function process(...writes: readonly ("before" | "after" | "well")[]) {
      const left = [...writes];
      const failing: RecordStore = {
        ...store,
        async compareAndSet(key, write) {
          const how = left.shift() ?? "well";
          const written = how === "before" ? undefined : await store.compareAndSet(key, write);
          if (how === "well") return written;
          throw new Error("the store is away");
        },
      };
      const refresh = async (token: string): Promise<RefreshAnswer> => {
        const reply = await server.refresh(token, 0);
        return reply.kind === "issued" ? reply : { ...reply, error: new Error(reply.kind) };
      };
      const tools: RotationTools = {
        ...{ ...clock, refresh, limits: rotationLimits, random: Math.random },
        queue: createRefreshQueue({ ...clock, concurrent: 8, random: Math.random }),
        ...{ store: failing, dateMs: clock.nowMs, newId: () => `refresh-${Math.random()}` },
      };
      return (options: Partial<RotateOptions> = {}) =>
        rotate(tools, "key", {
          ticket: { urgency: "waiting" },
          isFresh: ({ accessEndsAtMs }) => accessEndsAtMs > nowMs,
          ...options,
        });
    }
    const read = async () => JSON.parse((await store.read("key"))?.value ?? "{}");
    return { server, process, read, pass, store };
  }

  test("rotate() does not take back a mark under which another process has spent the token", async () => {
    const { server, process, read, pass } = await expired();
    const first = process("after");
    const marked = await first();
    expect(marked).toMatchObject({ kind: "unsaved", unsaved: { rotated: false } });
    // Spends the token, cannot write, and is never heard of again.
    expect(await process("well", "before")()).toMatchObject({ kind: "unsaved" });
    await pass(5000);
    const unsaved = marked.kind === "unsaved" ? marked.unsaved : undefined;
    expect(await first({ unsaved })).toMatchObject({ kind: "fresh", rotated: true });
    expect(server.isNewest((await read()).refreshToken)).toBe(true);
  });

  test("rotate() does not write a pair that another process may have replaced", async () => {
    const { server, process, read, pass } = await expired();
    const first = process("well", "before");
    const renewed = await first();
    expect(renewed).toMatchObject({ kind: "unsaved", unsaved: { rotated: true } });
    expect(await process("well", "before")()).toMatchObject({ kind: "unsaved" });
    await pass(5000);
    const unsaved = renewed.kind === "unsaved" ? renewed.unsaved : undefined;
    expect(await first({ unsaved })).toMatchObject({ kind: "fresh", rotated: true });
    expect(server.isNewest((await read()).refreshToken)).toBe(true);
  });

  test("rotate() spends no token once the grace of the first mark is over", async () => {
    const { server, process, pass } = await expired();
    await process("well", "before")();
    await pass(30_000);
    await process("well", "before")();
    await pass(20_000);
    expect(await process()()).toMatchObject({ kind: "unknown" });
    expect(server.wasLeaked()).toBe(false);
  });

  test("rotate() settles a mark even while the access token is good enough, and uses that token if it cannot", async () => {
    const { server, process, read } = await expired();
    const isFresh = () => true;
    await process("well", "before")();
    expect(await process("before")({ isFresh })).toMatchObject({ kind: "fresh", rotated: false });
    expect((await read()).spentBy).toBeDefined();
    expect(await process()({ isFresh })).toMatchObject({ kind: "fresh", rotated: true });
    expect((await read()).spentBy).toBeUndefined();
    expect(server.isNewest((await read()).refreshToken)).toBe(true);
  });

  test("rotate() quotes nothing from an unreadable record", async () => {
    const { process, store } = await expired();
    const text = { value: '{"refreshToken":secret-refresh-0', expiresAtMs: undefined };
    await store.compareAndSet("key", { ...text, expectedVersion: 1 });
    const result = await process()();
    expect(result.kind).toBe("unavailable");
    expect(String("error" in result && result.error)).not.toContain("secret");
  });
});

test.each([0.0004, 1234.5678, 1e300, Number.POSITIVE_INFINITY])(
  "readTokenPair() turns %d seconds into what a store can keep",
  (seconds) => {
    const tokens = { access_token: "a", refresh_token: "r" };
    const answer = { ...tokens, expires_in: seconds, refresh_token_expires_in: seconds };
    const { accessLifetimeMs, refreshLifetimeMs } = readTokenPair(answer) as TokenPair;
    for (const ms of [accessLifetimeMs, refreshLifetimeMs ?? 0]) {
      expect(Number.isSafeInteger(Date.now() + ms)).toBe(true);
    }
  },
);
