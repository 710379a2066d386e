/** One rotation, one mishap at a time. */

import { describe, expect, test } from "vitest";
import type { Rotated } from "../../../src/oauth/rotation.js";
import type { RecordStore } from "../../../src/stores/store.js";
import { expiredConnection, key, unsavedOf } from "./expired-connection.js";

const isFresh = (): boolean => true;

function snapshotOf(result: Rotated) {
  if (result.kind !== "fresh") throw new Error(`expected a fresh record, got ${result.kind}`);
  return result.snapshot;
}

describe("rotate() with a mark of another process", () => {
  test("does not take it back, though its own attempt to mark may have been the one", async () => {
    const { createProcess, pass, isNewestStored } = await expiredConnection();
    const first = createProcess({ writes: ["after"] });
    const unsaved = unsavedOf(await first());
    expect(unsaved.issued).toBeUndefined();
    // Spends the token, cannot write, and is never heard of again.
    unsavedOf(await createProcess({ writes: ["well", "before"] })());
    await pass(5000);
    expect(await first({ unsaved })).toMatchObject({ kind: "fresh", rotated: true });
    expect(await isNewestStored()).toBe(true);
  });

  test("does not take it back, though it has the version that the own one would have", async () => {
    const { createProcess, pass, isNewestStored } = await expiredConnection();
    const first = createProcess({ writes: ["before"] });
    const unsaved = unsavedOf(await first());
    unsavedOf(await createProcess({ writes: ["well", "before"] })());
    await pass(5000);
    expect(await first({ unsaved, isFresh })).toMatchObject({ kind: "fresh", rotated: true });
    expect(await isNewestStored()).toBe(true);
  });

  test("does not take it for the own one when it has lost the lease meanwhile", async () => {
    const { createProcess, pass, read } = await expiredConnection();
    const first = createProcess({
      answers: ["not_sent"],
      async onRequest() {
        // Suspended past its lease: another process takes over the mark, spends, and cannot write.
        await pass(16_000);
        unsavedOf(await createProcess({ writes: ["well", "before"] })());
      },
    });
    expect(await first()).toMatchObject({ kind: "unavailable" });
    expect((await read()).spentBy).toBeDefined();
  });

  test("leaves it there when its own request cannot be sent", async () => {
    const { createProcess, read } = await expiredConnection();
    unsavedOf(await createProcess({ writes: ["well", "before"] })());
    const second = createProcess({ answers: Array.from({ length: 9 }, () => "not_sent" as const) });
    expect(await second()).toMatchObject({ kind: "unavailable", spent: true });
    expect((await read()).spentBy).toBeDefined();
  });

  test("settles it even while the access token is good enough, and uses that token if it cannot", async () => {
    const { createProcess, read, isNewestStored } = await expiredConnection();
    await createProcess({ writes: ["well", "before"] })();
    const other = createProcess({ writes: ["before"] });
    expect(await other({ isFresh })).toMatchObject({ kind: "fresh", rotated: false });
    expect((await read()).spentBy).toBeDefined();
    expect(await other({ isFresh })).toMatchObject({ kind: "fresh", rotated: true });
    expect((await read()).spentBy).toBeUndefined();
    expect(await isNewestStored()).toBe(true);
  });
});

describe("rotate() when a write is refused", () => {
  test("keeps what removes its mark, if another process has only taken the lease", async () => {
    const { createProcess, pass, store, read } = await expiredConnection();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const process = createProcess({
      answers: ["not_sent"],
      async onRequest() {
        await pass(16_000);
        await new Promise<void>((taken) => {
          void store().withLease(key, { leaseMs: 15_000, waitMs: 0 }, () => {
            taken();
            return held;
          });
        });
      },
    });
    const unsaved = unsavedOf(await process());
    expect(unsaved.issued).toBeUndefined();
    release();
    expect(await createProcess({ answers: ["refused"] })({ unsaved })).toMatchObject({
      kind: "refused",
    });
    expect((await read()).spentBy).toBeUndefined();
  });

  test("sees that an earlier attempt of the same write was carried out", async () => {
    const { createProcess, isNewestStored } = await expiredConnection();
    const process = createProcess({
      wrap: (store) => ({
        ...store,
        async compareAndSet(id, write) {
          const written = await store.compareAndSet(id, write);
          return write.keepLease ? written : undefined;
        },
      }),
    });
    expect(await process()).toMatchObject({ kind: "fresh", rotated: true });
    expect(await isNewestStored()).toBe(true);
  });

  test("sees that the connection was revoked meanwhile", async () => {
    const { createProcess, read, put } = await expiredConnection();
    const unsaved = unsavedOf(await createProcess({ writes: ["after"] })());
    const process = createProcess({
      wrap: (store) => ({
        ...store,
        async compareAndSet() {
          await put({ ...(await read()), status: "revoked", accessToken: "", refreshToken: "" });
          return undefined;
        },
      }),
    });
    expect(await process({ unsaved })).toMatchObject({ kind: "revoked" });
  });
});

describe("rotate() when an answer is lost", () => {
  test("does not believe that the token was not looked at because a later request is refused", async () => {
    const { createProcess, read } = await expiredConnection();
    const process = createProcess({ answers: ["lost", "refused"] });
    expect(await process()).toMatchObject({ kind: "unavailable", spent: true });
    expect((await read()).spentBy).toBeDefined();
  });

  test("puts the record back as it was when the endpoint was busy all the time", async () => {
    const { createProcess, read } = await expiredConnection();
    const busy = createProcess({ answers: Array.from({ length: 9 }, () => "busy" as const) });
    expect(await busy()).toMatchObject({ kind: "busy" });
    expect((await read()).spentBy).toBeUndefined();
  });
});

describe("rotate() and the grace minute", () => {
  test("spends no token once the minute of the first mark is over", async () => {
    const { server, createProcess, pass } = await expiredConnection();
    await createProcess({ writes: ["well", "before"] })();
    await pass(30_000);
    await createProcess({ writes: ["well", "before"] })();
    await pass(20_000);
    expect(await createProcess()()).toMatchObject({ kind: "unknown", spentForMs: 50_000 });
    expect(server.wasLeaked()).toBe(false);
  });

  test("counts the minute from the first mark, however often the token is spent again", async () => {
    const { createProcess, pass, nowMs } = await expiredConnection();
    const markedAtMs = nowMs();
    await createProcess({ writes: ["well", "before"] })();
    await pass(45_000);
    const sentAfterMs: number[] = [];
    const second = createProcess({
      answers: ["lost", "lost", "lost", "lost", "lost"],
      onRequest: () => sentAfterMs.push(nowMs() - markedAtMs),
    });
    expect(await second()).toMatchObject({ kind: "unavailable", spent: true });
    expect(sentAfterMs.length).toBeGreaterThan(0);
    // Each takes up to 8 s, and 5 s are kept back.
    for (const ms of sentAfterMs) expect(ms).toBeLessThanOrEqual(47_000);
  });

  test("asks again later when the store was so slow that the mark grew old on the way", async () => {
    const { createProcess, pass, isNewestStored } = await expiredConnection();
    await createProcess({ writes: ["well", "before"] })();
    await pass(30_000);
    const slow = (store: RecordStore): RecordStore => ({
      ...store,
      withLease: (id, options, work) =>
        store.withLease(id, options, async (lease) => {
          await pass(20_000);
          return await work(lease);
        }),
    });
    const result = await createProcess({ wrap: slow })();
    expect(result).toMatchObject({ kind: "unavailable", spent: true });
    expect(await isNewestStored()).toBe(false);
  });

  test("does not spend an old token after the machine was suspended on the way to the lease or back", async () => {
    const { server, createProcess, pass } = await expiredConnection();
    await createProcess({ writes: ["well", "before"] })();
    await pass(10_000);
    let suspendedMs = 0;
    let requests = 0;
    const process = createProcess({
      suspendedMs: () => suspendedMs,
      onRequest: () => requests++,
      wrap: (store) => ({
        ...store,
        withLease: (id, options, work) =>
          store.withLease(id, options, async (lease) => {
            // The clock that leases are measured by stands still; ours does not.
            await pass(65_000);
            suspendedMs = 65_000;
            return await work({ ...lease, askedAtMs: lease.askedAtMs });
          }),
      }),
    });
    expect(await process()).not.toMatchObject({ kind: "fresh" });
    expect(requests).toBe(0);
    expect(server.wasLeaked()).toBe(false);
  });
});

describe("rotate() with a pair that could not be written", () => {
  test("does not write it over what another process may have spent since", async () => {
    const { createProcess, pass, isNewestStored } = await expiredConnection();
    const first = createProcess({ writes: ["well", "before"] });
    const unsaved = unsavedOf(await first());
    expect(unsaved.issued).toBeDefined();
    unsavedOf(await createProcess({ writes: ["well", "before"] })());
    await pass(5000);
    expect(await first({ unsaved })).toMatchObject({ kind: "fresh", rotated: true });
    expect(await isNewestStored()).toBe(true);
  });

  test("waits for a newer lease, though the stored record would do", async () => {
    const { createProcess, store, isNewestStored, nowMs } = await expiredConnection();
    const first = createProcess({ writes: ["well", "before"] });
    const unsaved = unsavedOf(await first());
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = store().withLease(key, { leaseMs: 3000, waitMs: 0 }, () => held);
    const startedAtMs = nowMs();
    const result = await first({ unsaved, isFresh });
    release();
    await other;
    expect(snapshotOf(result).record.refreshToken).toBe(unsaved.record.refreshToken);
    expect(nowMs() - startedAtMs).toBeGreaterThanOrEqual(3000);
    expect(await isNewestStored()).toBe(true);
  });

  test("spends again when another process was issued a pair at the same time", async () => {
    const { createProcess, pass, read, put, isNewestStored } = await expiredConnection();
    const before = await read();
    const first = createProcess({
      async onRequest() {
        // A failover loses the mark and the lease. Another process spends the same token, and stores a pair
        // that is no longer the newest once the first request has arrived.
        await put(before);
        await pass(16_000);
        expect(await createProcess()()).toMatchObject({ kind: "fresh", rotated: true });
      },
    });
    const unsaved = unsavedOf(await first());
    expect(await isNewestStored()).toBe(false);
    // Neither is given up while nobody knows, though the stored access token would do.
    const unlucky = createProcess({
      answers: Array.from({ length: 9 }, () => "not_sent" as const),
    });
    expect(unsavedOf(await unlucky({ unsaved, isFresh }))).toEqual(unsaved);
    expect(await createProcess()({ unsaved, isFresh })).toMatchObject({ rotated: true });
    expect(await isNewestStored()).toBe(true);
  });
});

describe("rotate() with a store that has gone back", () => {
  /** A process knows the second pair, and the store has gone back to the first. */
  async function goneBack() {
    const world = await expiredConnection();
    const { createProcess, read, put } = world;
    const before = await read();
    const newest = snapshotOf(await createProcess()());
    await put(before);
    return { ...world, newest, second: newest.record.refreshToken };
  }

  test("writes the newer pair again, and says so", async () => {
    const { createProcess, newest, read, second } = await goneBack();
    const result = await createProcess()({ newest });
    expect(result).toMatchObject({ kind: "fresh", rotated: false, restored: true });
    expect((await read()).refreshToken).toBe(second);
  });

  test("spends the newer token when another process is spending the older one", async () => {
    const { createProcess, newest, isNewestStored } = await goneBack();
    unsavedOf(await createProcess({ writes: ["well", "before"] })());
    expect(await createProcess()({ newest, isFresh })).toMatchObject({ rotated: true });
    expect(await isNewestStored()).toBe(true);
  });

  test("is not content with the older pair while another process holds the lease", async () => {
    const { createProcess, newest, store, second } = await goneBack();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = store().withLease(key, { leaseMs: 3000, waitMs: 0 }, () => held);
    const result = await createProcess()({ newest, isFresh });
    release();
    await other;
    expect(snapshotOf(result).record.refreshToken).toBe(second);
  });

  test("writes the record again when the store has lost everything, but not when it was deleted", async () => {
    const { createProcess, newest, read, store, loseEverything, second } = await goneBack();
    await store().delete(key);
    expect(await createProcess()({ newest })).toEqual({ kind: "missing" });
    loseEverything();
    expect(await createProcess()({ newest })).toMatchObject({ kind: "fresh", restored: true });
    expect((await read()).refreshToken).toBe(second);
  });

  test("keeps a pair for which everything was lost while it was issued, and writes it then", async () => {
    const { createProcess, loseEverything, isNewestStored } = await expiredConnection();
    const process = createProcess({ onRequest: loseEverything });
    const unsaved = unsavedOf(await process());
    expect(await createProcess()({ unsaved, isFresh })).toMatchObject({ kind: "fresh" });
    expect(await isNewestStored()).toBe(true);
  });

  test("does not bring back a connection that was revoked", async () => {
    const { createProcess, newest, read, put } = await goneBack();
    await put({ ...(await read()), status: "revoked" });
    expect(await createProcess()({ newest })).toMatchObject({ kind: "revoked" });
  });
});

test("rotate() quotes nothing from an unreadable record", async () => {
  const { createProcess, store } = await expiredConnection();
  const text = { value: '{"refreshToken":secret-refresh-0', expiresAtMs: undefined };
  await store().compareAndSet(key, { ...text, expectedVersion: 1 });
  const result = await createProcess()();
  expect(result.kind).toBe("unavailable");
  expect(String("error" in result && result.error)).not.toContain("secret");
});
