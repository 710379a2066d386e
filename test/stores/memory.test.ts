import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { describeConformance, plainWrite } from "./conformance-suite.js";
import { createTimedMemoryStore } from "./memory-store.js";

const shared = createMemoryStore();
describeConformance("createMemoryStore() keeps the contract", () => shared);

test("createMemoryBackend() measures leases, claims and ages by its clock", async () => {
  let now = 1_000_000;
  const store = createTimedMemoryStore({ now: () => now });
  await store.compareAndSet("key", plainWrite("a", 0));
  const claim = await store.claim("id", { leaseMs: 60_000 });
  const sleeper = store.withLease(
    "key",
    { leaseMs: 60_000, waitMs: 0 },
    () => new Promise(() => undefined),
  );
  const next = store.withLease(
    "key",
    { leaseMs: 60_000, waitMs: 3_600_000 },
    async () => "took over",
  );

  now += 59_999;
  expect(await store.claim("id", { leaseMs: 1 })).toEqual({ kind: "busy" });
  expect((await store.read("key"))?.ageMs).toBe(59_999);
  now += 2000;
  expect(await next).toEqual({ kind: "worked", result: "took over" });
  expect((await store.claim("id", { leaseMs: 1 })).kind).toBe("claimed");
  expect(claim.kind).toBe("claimed");
  void sleeper;
});

test("withLease() sleeps until the other lease is over, and not a moment longer", async () => {
  const slept: number[] = [];
  let now = 0;
  const store = createTimedMemoryStore({
    now: () => now,
    random: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  });
  void store.withLease("key", { leaseMs: 300, waitMs: 0 }, () => new Promise(() => undefined));
  const result = await store.withLease("key", { leaseMs: 300, waitMs: 5000 }, async () => now);
  expect(result).toEqual({ kind: "worked", result: 301 });
  expect(slept).toEqual([301]);
});

test("createMemoryStore() hands a lease to the next in line without polling", async () => {
  const asleep = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const store = createTimedMemoryStore({ now: () => 0, sleep: asleep });
  let end: () => void = () => undefined;
  const work = new Promise<void>((resolve) => {
    end = resolve;
  });
  const first = store.withLease("key", { leaseMs: 60_000, waitMs: 0 }, () => work);
  const second = store.withLease("key", { leaseMs: 60_000, waitMs: 5000 }, async () => "next");
  end();
  await first;
  expect(await second).toEqual({ kind: "worked", result: "next" });
});

const dayMs = 86_400_000;

test("createMemoryStore() forgets claims that are over, and none that can still be confirmed", async () => {
  let now = 1_000_000;
  const store = createTimedMemoryStore({ now: () => now });
  const claimed = async (id: string, leaseMs = 1000): Promise<string> => {
    const claim = await store.claim(id, { leaseMs });
    return claim.kind === "claimed" ? claim.token : expect.fail(`${id} is ${claim.kind}`);
  };
  /** A sweep comes after as many new claims as the one before has left. */
  const claimMany = async (name: string, count: number): Promise<void> => {
    for (let index = 0; index < count; index++) await claimed(`${name}/${index}`);
  };
  const done = await claimed("done");
  await store.confirm("done", done, { keepMs: 2 * dayMs });
  const abandoned = await claimed("abandoned");

  now += dayMs;
  const late = await claimed("late");
  await claimMany("first", 2000);
  expect(await store.claim("done", { leaseMs: 1 })).toEqual({ kind: "done" });
  expect(await store.confirm("done", done, { keepMs: 2 * dayMs })).toBe(true);

  now += dayMs;
  await claimMany("second", 2000);
  // A claim that is still kept answers true to its own token, even long after its end.
  expect(await store.confirm("abandoned", abandoned, { keepMs: dayMs })).toBe(false);
  expect(await store.confirm("late", late, { keepMs: dayMs })).toBe(true);

  now += 2 * dayMs;
  await claimMany("third", 10_000);
  expect(await store.confirm("done", done, { keepMs: dayMs })).toBe(false);
});

test("createMemoryStore() counts ages right when the clock is set back, and when the machine was suspended", async () => {
  const store = createMemoryStore();
  await store.compareAndSet("key", plainWrite("a", 0));
  const real = Date.now.bind(Date);
  onTestFinished(() => void vi.restoreAllMocks());
  await wait(20);
  vi.spyOn(Date, "now").mockImplementation(() => real() - 600_000);
  expect((await store.read("key"))?.ageMs).toBeGreaterThanOrEqual(19);
  expect((await store.read("key"))?.ageMs).toBeLessThan(60_000);
  // `performance.now` does not see this time.
  vi.spyOn(Date, "now").mockImplementation(() => real() + 600_000);
  expect((await store.read("key"))?.ageMs).toBeGreaterThanOrEqual(600_000);
});
