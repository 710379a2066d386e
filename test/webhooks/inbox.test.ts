import type { PoolClient } from "pg";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Inbox } from "../../src/stores/inbox.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { createPostgresInbox } from "../../src/stores/postgres/index.js";
import type { Store } from "../../src/stores/store.js";
import { createInbox } from "../../src/webhooks/inbox.js";
import { createTimedMemoryStore } from "../stores/memory-store.js";

const dayMs = 86_400_000;

/** A store whose time the test moves. */
function storeAt(startMs: number) {
  let nowMs = startMs;
  const store = createTimedMemoryStore({ now: () => nowMs });
  return {
    store,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** Work that reports when it has begun, and ends when told to. */
function openWork() {
  let end: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const work = (): Promise<void> => {
    begin();
    return ended;
  };
  return { work, begun, end };
}

describe("createInbox()", () => {
  test("run() does the work once, however often the event arrives", async () => {
    const inbox = createInbox(createMemoryStore());
    let runs = 0;
    const run = () =>
      inbox.run("evt_1", async () => {
        runs++;
      });
    expect(await run()).toBe("handled");
    expect(await run()).toBe("duplicate");
    expect(await run()).toBe("duplicate");
    expect(runs).toBe(1);
  });

  test("run() returns busy while another run is in progress, and does not wait", async () => {
    const store = createMemoryStore();
    const { work, begun, end } = openWork();
    const first = createInbox(store).run("evt_1", work);
    await begun;
    const other = createInbox(store);
    expect(await other.run("evt_1", async () => expect.unreachable())).toBe("busy");
    end();
    expect(await first).toBe("handled");
    expect(await other.run("evt_1", async () => expect.unreachable())).toBe("duplicate");
  });

  test("run() rejects with the work's error, and gives the event back", async () => {
    const inbox = createInbox(createMemoryStore());
    const failure = new Error("no database");
    await expect(inbox.run("evt_1", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await inbox.run("evt_1", async () => undefined)).toBe("handled");
  });

  test("run() gives the event back even if the work throws before its first await", async () => {
    const inbox = createInbox(createMemoryStore());
    const failure = new TypeError("undefined is not a function");
    const throwing = (): Promise<void> => {
      throw failure;
    };
    await expect(inbox.run("evt_1", throwing)).rejects.toBe(failure);
    expect(await inbox.run("evt_1", async () => undefined)).toBe("handled");
  });

  test("run() rejects with the work's error even if giving back fails, and the claim expires", async () => {
    const { store, pass } = storeAt(0);
    const away: Store = { ...store, release: () => Promise.reject(new Error("store away")) };
    const failure = new Error("no database");
    await expect(createInbox(away).run("evt_1", () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
    expect(await createInbox(store).run("evt_1", async () => undefined)).toBe("busy");
    pass(5 * 60_000);
    expect(await createInbox(store).run("evt_1", async () => undefined)).toBe("handled");
  });

  test("run() frees the event of a dead process after claimMs, 5 minutes by default", async () => {
    for (const claimMs of [undefined, 20_000]) {
      const { store, pass } = storeAt(0);
      const { work, begun } = openWork();
      void createInbox(store, { claimMs }).run("evt_1", work);
      await begun;
      pass((claimMs ?? 300_000) - 1);
      expect(await createInbox(store).run("evt_1", async () => undefined)).toBe("busy");
      pass(1);
      expect(await createInbox(store).run("evt_1", async () => undefined)).toBe("handled");
    }
  });

  test("a run() that outlasts its claim cannot confirm or give back another's", async () => {
    for (const fails of [false, true]) {
      const { store, pass } = storeAt(0);
      const inbox = createInbox(store);
      const slow = openWork();
      const first = inbox.run("evt_1", async () => {
        await slow.work();
        if (fails) throw new Error("no database");
      });
      await slow.begun;
      pass(300_000);
      const second = openWork();
      const other = inbox.run("evt_1", second.work);
      await second.begun;
      slow.end();
      const expected = fails
        ? { message: "no database" }
        : { name: "StoreError", code: "claim_lost", key: "evt_1" };
      await expect(first).rejects.toMatchObject(expected);
      expect(await inbox.run("evt_1", async () => expect.unreachable())).toBe("busy");
      second.end();
      expect(await other).toBe("handled");
    }
  });

  test("a run() that outlasts its claim still counts if nobody else has begun", async () => {
    const { store, pass } = storeAt(0);
    const inbox = createInbox(store);
    expect(await inbox.run("evt_1", async () => pass(300_000))).toBe("handled");
    expect(await inbox.run("evt_1", async () => expect.unreachable())).toBe("duplicate");
  });

  test("run() asks again when the answer to its confirmation is lost", async () => {
    const store = createMemoryStore();
    let asked = 0;
    const flaky: Store = {
      ...store,
      async confirm(id, token, options) {
        const confirmed = await store.confirm(id, token, options);
        if (++asked < 3) throw new Error("connection lost");
        return confirmed;
      },
    };
    expect(await createInbox(flaky).run("evt_1", async () => undefined)).toBe("handled");
    expect(asked).toBe(3);
  });

  test("run() rejects when the store stays away, and keeps the claim on finished work", async () => {
    const store = createMemoryStore();
    const failure = new Error("store away");
    const away: Store = { ...store, confirm: () => Promise.reject(failure) };
    await expect(createInbox(away).run("evt_1", async () => undefined)).rejects.toBe(failure);
    expect(await createInbox(store).run("evt_1", async () => expect.unreachable())).toBe("busy");
    const gone: Store = { ...store, claim: () => Promise.reject(failure) };
    await expect(createInbox(gone).run("evt_2", async () => expect.unreachable())).rejects.toBe(
      failure,
    );
  });

  test("run() remembers an event for keepMs, a week by default", async () => {
    for (const keepMs of [undefined, 3 * dayMs]) {
      const { store, pass } = storeAt(0);
      const inbox = createInbox(store, { keepMs });
      await inbox.run("evt_1", async () => undefined);
      pass((keepMs ?? 7 * dayMs) - 1);
      expect(await inbox.run("evt_1", async () => expect.unreachable())).toBe("duplicate");
      pass(1);
      expect(await inbox.run("evt_1", async () => undefined)).toBe("handled");
    }
  });

  test("refuses to forget an event before its last redelivery, and a claim of no duration", () => {
    const store = createMemoryStore();
    for (const keepMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 3 * dayMs - 1]) {
      expect(() => createInbox(store, { keepMs }), `${keepMs}`).toThrow(RangeError);
      const pool = { query: async () => ({ rows: [] }), connect: () => Promise.reject() };
      expect(() => createPostgresInbox(pool, { keepMs }), `${keepMs}`).toThrow(RangeError);
    }
    for (const claimMs of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createInbox(store, { claimMs }), `${claimMs}`).toThrow(RangeError);
    }
  });

  test("has the same type as the inbox in a transaction, apart from what it passes on", () => {
    expectTypeOf(createInbox).returns.toEqualTypeOf<Inbox>();
    type Pool = import("pg").Pool;
    expectTypeOf(createPostgresInbox<Pool>).returns.toEqualTypeOf<Inbox<PoolClient>>();
  });
});
