import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory.js";
import { describeConformance, plainWrite } from "./conformance-suite.js";

const shared = createMemoryStore();
describeConformance("createMemoryStore() keeps the contract", () => shared);

test("createMemoryStore() measures leases, claims and ages by the caller's clock", async () => {
  let now = 1_000_000;
  const store = createMemoryStore({ now: () => now });
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

test("createMemoryStore() waits with the caller's sleep function", async () => {
  const slept: number[] = [];
  let now = 0;
  const store = createMemoryStore({
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

test("createMemoryStore() makes different tokens whatever `random` returns", async () => {
  const store = createMemoryStore({ random: () => 0.5 });
  const first = await store.claim("a", { leaseMs: 1000 });
  const second = await store.claim("b", { leaseMs: 1000 });
  expect(first).not.toEqual(second);
});

test("createMemoryStore() hands a lease to the next in line without polling", async () => {
  const store = createMemoryStore();
  let end: () => void = () => undefined;
  const first = store.withLease(
    "key",
    { leaseMs: 60_000, waitMs: 0 },
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const second = store.withLease("key", { leaseMs: 60_000, waitMs: 5000 }, async () =>
    performance.now(),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  const endedAt = performance.now();
  end();
  await first;
  const result = await second;
  expect(result.kind === "worked" && result.result - endedAt).toBeLessThan(300);
});
