import { Client, Pool, type PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  createPostgresInbox,
  createPostgresStore,
  createPostgresTables,
  postgresTablesSql,
  type TransactionOf,
} from "../../src/stores/postgres/index.js";
import { postgresMissing, type RunningServer, startPostgres, titled } from "../servers.js";
import { describeConformance, pause, plainWrite } from "./conformance-suite.js";

describe.skipIf(postgresMissing)(titled("createPostgresStore()", postgresMissing), () => {
  let server: RunningServer;
  let pool: Pool;

  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url, max: 20 });
    await createPostgresTables(pool);
    await pool.query("create table effects (id text)");
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const effectsOf = async (id: string): Promise<number> =>
    (await pool.query("select from effects where id = $1", [id])).rows.length;
  const addEffect = (id: string) => async (connection: PoolClient) => {
    await connection.query("insert into effects values ($1)", [id]);
  };

  describeConformance("keeps the contract", () => createPostgresStore(pool));

  test("refreshes in two statements, with no transaction open in between", async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const statements: string[] = [];
    const store = createPostgresStore({
      query(text, values) {
        statements.push(text);
        return client.query(text, values);
      },
    });
    const result = await store.withLease("two", { leaseMs: 5000, waitMs: 0 }, async ({ fence }) => {
      const sql = "select from pg_stat_activity where state = 'idle in transaction'";
      expect((await pool.query(sql)).rows).toHaveLength(0);
      return store.compareAndSet("two", { ...plainWrite("a", 0), fence });
    });
    expect(result).toMatchObject({ kind: "worked", result: { version: 1 } });
    expect(statements).toHaveLength(2);
    await client.end();
  });

  test("createPostgresTables() may run in several processes at once, and repeatedly", async () => {
    await pool.query("create schema shop");
    const options = { schema: "shop", prefix: "payments_" };
    await Promise.all(Array.from({ length: 8 }, () => createPostgresTables(pool, options)));
    await createPostgresTables(pool, options);
    const store = createPostgresStore(pool, options);
    await store.compareAndSet("key", plainWrite("a", 0));
    expect((await pool.query("select value from shop.payments_records")).rows).toEqual([
      { value: "a" },
    ]);
    expect(await createPostgresStore(pool).read("key")).toBeUndefined();
  });

  test("createPostgresTables() sends one statement a query, as clients that prepare them need", async () => {
    const sent: string[] = [];
    const preparing = {
      query(text: string) {
        sent.push(text);
        return pool.query({ name: `prepared-${sent.length}`, text });
      },
    };
    await createPostgresTables(preparing, { prefix: "prepared_" });
    expect(sent.length).toBeGreaterThan(3);
    expect(await createPostgresStore(pool, { prefix: "prepared_" }).read("key")).toBeUndefined();
  });

  test("postgresTablesSql() refuses names that are not plain", () => {
    for (const bad of ["", "a b", 'a"b', "A", "a;b", "a".repeat(41)]) {
      expect(() => postgresTablesSql({ prefix: bad }), bad).toThrow(RangeError);
      expect(() => createPostgresStore(pool, { schema: bad }), bad).toThrow(RangeError);
      expect(() => createPostgresInbox(pool, { schema: bad }), bad).toThrow(RangeError);
    }
  });

  test("says what to do when the tables are missing", async () => {
    const store = createPostgresStore(pool, { prefix: "nowhere_" });
    const inbox = createPostgresInbox(pool, { prefix: "nowhere_" });
    const notReady = { name: "StoreError", code: "store_not_ready", cause: { code: "42P01" } };
    await expect(store.read("key")).rejects.toMatchObject(notReady);
    await expect(store.claim("id", { leaseMs: 1000 })).rejects.toMatchObject(notReady);
    await expect(inbox.run("id", async () => undefined)).rejects.toMatchObject(notReady);
  });

  test("issues greater fences even after a row was lost", async () => {
    const store = createPostgresStore(pool);
    const fence = async () => {
      const result = await store.withLease(
        "lost",
        { leaseMs: 5000, waitMs: 0 },
        async (lease) => lease.fence,
      );
      return result.kind === "worked" ? result.result : 0;
    };
    const before = [await fence(), await fence()];
    await pause(5);
    await pool.query("delete from airwallex_records where key = 'lost'");
    const anew = await fence();
    expect(anew).toBeGreaterThan(Math.max(...before));
    await pause(5);
    // As on a replica that had not received the latest leases.
    await pool.query("update airwallex_records set fence = 1 where key = 'lost'");
    expect(await fence()).toBeGreaterThan(anew);
  });

  test("cannot tell an age when the clock of the database was set back", async () => {
    const store = createPostgresStore(pool);
    await store.compareAndSet("set back", plainWrite("a", 0));
    const setBack = (ms: number) =>
      pool.query(
        "update airwallex_records set written_at_ms = extract(epoch from clock_timestamp()) * 1000 + $1 where key = 'set back'",
        [ms],
      );
    await setBack(600_000);
    expect((await store.read("set back"))?.ageMs).toBe(Number.POSITIVE_INFINITY);
    const lease = { leaseMs: 5000, waitMs: 0 };
    await store.withLease("set back", lease, async ({ fence, record }) => {
      expect(record?.ageMs).toBe(Number.POSITIVE_INFINITY);
      const kept = { ...plainWrite("b", 1), fence, keepAge: true };
      expect((await store.compareAndSet("set back", kept))?.ageMs).toBe(Number.POSITIVE_INFINITY);
    });
    await setBack(500);
    expect((await store.read("set back"))?.ageMs).toBe(0);
  });

  test("removes what has expired, and nothing else", async () => {
    const options = { prefix: "swept_" };
    await createPostgresTables(pool, options);
    const store = createPostgresStore(pool, options);
    await store.compareAndSet("expired", { ...plainWrite("a", 0), expiresAtMs: 1 });
    await store.withLease("never written", { leaseMs: 1, waitMs: 0 }, async () => undefined);
    await pool.query("insert into swept_records (key, expires_at_ms) values ('stub', 1)");
    await pool.query(
      "insert into swept_claims values ('old', 't', true, 1), ('late', 't', false, extract(epoch from now()) * 1000 - 1000)",
    );
    for (let index = 0; index < 100; index++) await store.claim(`id${index}`, { leaseMs: 60_000 });
    const keys = await pool.query("select key from swept_records order by key");
    expect(keys.rows.map((row: { key: string }) => row.key)).toEqual(["expired", "never written"]);
    const ids = await pool.query("select id from swept_claims where id in ('old', 'late')");
    expect(ids.rows).toEqual([{ id: "late" }]);
  });

  test.each(["a store", "an inbox"])(
    "removes what has expired by %s, and by processes that live for one event",
    async (kind) => {
      const options = { prefix: kind === "a store" ? "short_" : "short_tx_" };
      await createPostgresTables(pool, options);
      await pool.query(`insert into ${options.prefix}claims values ('old', 't', true, 1)`);
      const left = async () =>
        (await pool.query(`select from ${options.prefix}claims where id = 'old'`)).rows.length;
      // Each makes its own store; the chance that a thousand of them never sweep is 1 in 20,000.
      for (let index = 0; index < 1000 && (await left()) > 0; index++) {
        if (kind === "a store") {
          await createPostgresStore(pool, options).claim(`e${index}`, { leaseMs: 60_000 });
        } else {
          await createPostgresInbox(pool, options).run(`e${index}`, async () => undefined);
        }
      }
      expect(await left()).toBe(0);
    },
  );

  test("createPostgresInbox() sweeps with no transaction open, and handles the event though the sweep fails", async () => {
    const log: string[] = [];
    const logging = (of: string) => (text: string) => {
      log.push(`${of}: ${text.split(" ")[0]}`);
      return text.startsWith("delete") ? Promise.reject(new Error("no")) : { rows: [claimRow] };
    };
    const claimRow = { locked: true, transaction: "1", kind: "claimed" };
    const sweeping = {
      query: async (text: string) => logging("pool")(text),
      connect: async () => ({
        query: async (text: string) => logging("connection")(text),
        release: () => void log.push("released"),
      }),
    };
    const inbox = createPostgresInbox(sweeping);
    for (let index = 0; index < 100; index++) {
      expect(await inbox.run(`id${index}`, async () => undefined)).toBe("handled");
    }
    const swept = log.indexOf("pool: delete");
    expect(log.filter((line) => line === "pool: delete")).toHaveLength(2);
    expect([undefined, "released"]).toContain(log[swept - 1]);
    expect(log.slice(swept, swept + 3)).toEqual([
      "pool: delete",
      "pool: delete",
      "connection: begin",
    ]);
  });

  test("finds what has expired, and lists, by indexes", async () => {
    const options = { prefix: "large_" };
    await createPostgresTables(pool, options);
    const now = "extract(epoch from now()) * 1000";
    await pool.query(
      `insert into large_claims select 'c' || i, 't', true, ${now} + 600000000 from generate_series(1, 20000) i`,
    );
    await pool.query(
      `insert into large_records (key, value, version, expires_at_ms) select 'other/' || i, 'v', 1, ${now} + i from generate_series(1, 20000) i`,
    );
    await pool.query(
      `insert into large_records (key, expires_at_ms) select 'unused/' || i, ${now} + 600000000 from generate_series(1, 20000) i`,
    );
    // Some to find, too.
    await pool.query("update large_claims set until_ms = 1 where id like 'c1_'");
    await pool.query("update large_records set expires_at_ms = 1 where key like 'unused/1_'");
    await pool.query("analyze large_claims");
    await pool.query("analyze large_records");
    const explained: string[] = [];
    const explaining = {
      async query(text: string, values?: unknown[]) {
        if (/^(delete|select)/.test(text)) {
          const plan = await pool.query(`explain (analyze, timing off, costs off) ${text}`, values);
          explained.push(plan.rows.map((row: object) => Object.values(row)[0]).join("\n"));
        }
        return pool.query(text, values);
      },
    };
    const store = createPostgresStore(explaining, options);
    await store.list({ prefix: "kept/" });
    await store.list({ prefix: "kept/", expiringBeforeMs: 1000 });
    for (let index = 0; index < 100; index++) await store.claim(`id${index}`, { leaseMs: 60_000 });
    expect(explained).toHaveLength(4);
    for (const plan of explained) {
      expect(plan).toMatch(/Index (Only )?Scan/);
      expect(plan).not.toContain("Seq Scan");
      expect(plan, "rows that were looked at for nothing").not.toContain("Removed by Filter");
    }
  });

  test("createPostgresInbox() commits the work and its mark together, exactly once", async () => {
    const inbox = createPostgresInbox(pool);
    const run = () => inbox.run("once", addEffect("once"));
    expect(await run()).toBe("handled");
    expect(await run()).toBe("duplicate");
    expect(await effectsOf("once")).toBe(1);
    expect(await createPostgresStore(pool).claim("once", { leaseMs: 1000 })).toEqual({
      kind: "done",
    });
  });

  test("createPostgresInbox() passes on the connection with its own type", () => {
    expectTypeOf<TransactionOf<Pool>>().toEqualTypeOf<PoolClient>();
  });

  test("createPostgresInbox() rolls everything back when the work throws", async () => {
    const inbox = createPostgresInbox(pool);
    const failure = new Error("work failed");
    const failing = inbox.run("throws", async (connection) => {
      await addEffect("throws")(connection);
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await effectsOf("throws")).toBe(0);
    expect(await inbox.run("throws", addEffect("throws"))).toBe("handled");
    expect(await effectsOf("throws")).toBe(1);
  });

  test("createPostgresInbox() rolls everything back when the work hides a failed statement", async () => {
    const inbox = createPostgresInbox(pool);
    const hiding = inbox.run("hides", async (connection) => {
      await addEffect("hides")(connection);
      await connection.query("select * from no_such_table").catch(() => undefined);
    });
    const failed = { name: "StoreError", code: "transaction_ended", cause: { code: "25P02" } };
    await expect(hiding).rejects.toMatchObject(failed);
    expect(await effectsOf("hides")).toBe(0);
    expect(await inbox.run("hides", addEffect("hides"))).toBe("handled");
  });

  test("createPostgresInbox() detects work that rolls back on its own", async () => {
    const rolling = createPostgresInbox(pool).run("rolls", async (connection) => {
      await connection.query("rollback");
    });
    await expect(rolling).rejects.toMatchObject({ name: "StoreError", code: "transaction_ended" });
  });

  test("createPostgresInbox() detects work that commits on its own, and does not repeat it", async () => {
    const inbox = createPostgresInbox(pool);
    const committing = inbox.run("commits", async (connection) => {
      // As a helper does that opens its own transaction.
      await connection.query("begin");
      await addEffect("commits")(connection);
      await connection.query("commit");
    });
    const noticed = { name: "StoreError", code: "transaction_ended" };
    await expect(committing).rejects.toMatchObject(noticed);
    expect(await inbox.run("commits", addEffect("commits"))).toBe("duplicate");
    expect(await effectsOf("commits")).toBe(1);
  });

  test("createPostgresInbox() soon releases an event whose work commits and then throws", async () => {
    const inbox = createPostgresInbox(pool);
    const failure = new Error("work failed");
    const failing = inbox.run("commits and throws", async (connection) => {
      await connection.query("commit");
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    const { rows } = await pool.query(
      "select until_ms - extract(epoch from now()) * 1000 as left_ms from airwallex_claims where id = $1",
      ["commits and throws"],
    );
    expect(Number(rows[0]?.left_ms)).toBeLessThanOrEqual(300_000);
  });

  test("createPostgresInbox() keeps nobody waiting for work in progress", async () => {
    const inbox = createPostgresInbox(pool);
    const store = createPostgresStore(pool);
    let working: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      working = resolve;
    });
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = inbox.run("slow", async (connection) => {
      working();
      await finished;
      await addEffect("slow")(connection);
    });
    await begun;
    expect(await inbox.run("slow", addEffect("slow"))).toBe("busy");
    finish();
    expect(await first).toBe("handled");
    expect(await effectsOf("slow")).toBe(1);
    const claim = await store.claim("claimed", { leaseMs: 60_000 });
    expect(claim.kind).toBe("claimed");
    expect(await inbox.run("claimed", addEffect("claimed"))).toBe("busy");
  });

  test("createPostgresInbox() lets only one of twenty do the work", async () => {
    const inbox = createPostgresInbox(pool);
    const runs = Array.from({ length: 20 }, () => inbox.run("twenty", addEffect("twenty")));
    const outcomes = await Promise.all(runs);
    expect(outcomes.filter((outcome) => outcome === "handled")).toHaveLength(1);
    expect(await effectsOf("twenty")).toBe(1);
  });

  test("createPostgresInbox() closes a connection that cannot even roll back", async () => {
    const released: unknown[] = [];
    const failure = new Error("connection lost");
    const unlucky = {
      query: async () => ({ rows: [] }),
      connect: async () => ({
        query: () => Promise.reject(failure),
        release: (error?: Error | boolean) => void released.push(error),
      }),
    };
    await expect(
      createPostgresInbox(unlucky).run("id", async () => undefined),
    ).rejects.toMatchObject({ code: "store_unavailable", cause: { message: "connection lost" } });
    expect(released).toEqual([true]);
  });

  test("createPostgresInbox() returns every connection to the pool, and broken ones for closing", async () => {
    const small = new Pool({ connectionString: server.url, max: 1 });
    small.on("error", () => undefined);
    const inbox = createPostgresInbox(small);
    const killed = inbox.run("killed", async (connection) => {
      await addEffect("killed")(connection);
      const { rows } = await connection.query("select pg_backend_pid() as pid");
      await pool.query("select pg_terminate_backend($1)", [(rows[0] as { pid: number }).pid]);
      await connection.query("select 1");
    });
    await expect(killed).rejects.toThrow();
    expect(await effectsOf("killed")).toBe(0);
    await expect(inbox.run("", addEffect(""))).rejects.toThrow(RangeError);
    expect(await inbox.run("killed", addEffect("killed"))).toBe("handled");
    await small.end();
  });
});
