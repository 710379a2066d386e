/** Clients that fail, or answer what no server would: the user's own, so anything can come from them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreError } from "../../src/errors/index.js";
import { createFileStore } from "../../src/stores/file/index.js";
import {
  createPostgresInbox,
  createPostgresStore,
  createPostgresTables,
} from "../../src/stores/postgres/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";
import type { Store } from "../../src/stores/store.js";
import { plainWrite } from "./conformance-suite.js";

const secret = '{"token":"t0ken-s3cr3t"}';

/** A pg pool, an ioredis client and a node-redis client that answer the same to everything. */
const stores: Readonly<Record<string, (answer: (...sent: unknown[]) => Promise<never>) => Store>> =
  {
    Postgres: (answer) => createPostgresStore({ query: answer }),
    ioredis: (answer) => createRedisStore({ evalsha: answer, eval: answer }),
    "node-redis": (answer) => createRedisStore({ evalSha: answer, eval: answer }),
  };

const operations: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read("key"),
  withLease: (store) => store.withLease("key", { leaseMs: 1000, waitMs: 50 }, async () => "worked"),
  "compareAndSet of a new record": (store) => store.compareAndSet("key", plainWrite(secret, 0)),
  compareAndSet: (store) => store.compareAndSet("key", plainWrite(secret, 1)),
  delete: (store) => store.delete("key"),
  list: (store) => store.list({ prefix: "" }),
  "list by expiry": (store) => store.list({ prefix: "", expiringBeforeMs: 5 }),
  claim: (store) => store.claim("id", { leaseMs: 1000 }),
  confirm: (store) => store.confirm("id", "token", { keepMs: 1000 }),
  release: (store) => store.release("id", "token"),
};

class DriverError extends Error {
  override readonly name: string = "DriverError";
}

const asText = (sent: unknown): string =>
  Array.isArray(sent) ? sent.map(asText).join(",") : String(sent);

/** Errors as real drivers and mappers throw them, some with what was sent. */
const thrown: Readonly<Record<string, (sent: string) => unknown>> = {
  "a refused connection": () =>
    Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
  "no address that answers": () =>
    Object.assign(new AggregateError([new Error("connect ECONNREFUSED ::1:1")]), {
      code: "ECONNREFUSED",
    }),
  "the command": (sent) => Object.assign(new DriverError("OOM"), { command: { args: [sent] } }),
  "the row": (sent) => Object.assign(new DriverError("violates a check"), { detail: `(${sent})` }),
  "the parameters in its message": (sent) => new DriverError(`Failed query, params: ${sent}`),
  "a cause with the parameters": (sent) =>
    new DriverError("Failed query", { cause: new DriverError(`params: ${sent}`) }),
  "a circle of causes": () => {
    const error = new DriverError("round");
    error.cause = error;
    return error;
  },
  "a string": (sent) => `failed with ${sent}`,
  nothing: () => undefined,
};

describe.each(Object.entries(stores))("a store on %s", (_, makeStore) => {
  test.each(Object.entries(thrown))(
    "rejects with a StoreError without secrets when its client throws %s",
    async (_name, error) => {
      let quotes = 0;
      const store = makeStore((...sent) =>
        Promise.reject(error(quotes++ % 2 === 0 ? JSON.stringify(sent) : asText(sent))),
      );
      for (const [name, operation] of Object.entries(operations)) {
        const failure = await operation(store).catch((reason: unknown) => reason);
        expect(failure, name).toMatchObject({ name: "StoreError", code: "store_unavailable" });
        expect(inspect(failure, { depth: 9, showHidden: true }), name).not.toContain("s3cr3t");
        expect(JSON.stringify(failure), name).not.toContain("s3cr3t");
      }
    },
  );

  test("keeps the class, the message and the code of its client's error as the cause", async () => {
    const driver = Object.assign(new DriverError("too many clients"), { code: "53300" });
    const store = makeStore(() => Promise.reject(driver));
    const failure = await store.read("key").catch((reason: unknown) => reason as StoreError);
    if (!(failure instanceof StoreError)) return expect.fail("it worked");
    expect(failure.cause).toBeInstanceOf(DriverError);
    expect(failure.cause).toMatchObject({ message: "too many clients", code: "53300" });
    expect(failure.message).toBe(
      'Cannot read the record: the store failed with 53300 "too many clients"',
    );
    expect(failure.key).toBe("key");
  });

  test("says of a change that failed that it may have been made", async () => {
    const store = makeStore(() => Promise.reject(new Error("gone")));
    await expect(store.delete("key")).rejects.toThrow("it may have been done");
    await expect(store.read("key")).rejects.not.toThrow("may have been done");
  });

  test("passes on what the work throws, whatever it is", async () => {
    const failure = new DriverError("of the work");
    const working = stores["Postgres"]?.(async () => leaseRow as never).withLease(
      "key",
      { leaseMs: 1000, waitMs: 0 },
      () => Promise.reject(failure),
    );
    await expect(working).rejects.toBe(failure);
  });
});

const leaseRow = {
  rows: [{ fence: "7", remaining_ms: 0, value: null, version: 0, expires_at_ms: null, age_ms: 0 }],
};

const camelRow = { fence: null, remainingMs: "20000", value: "v", version: "1", expiresAtMs: "5" };

/** What pools have answered that map rows, or are not pg at all. */
const postgresAnswers: Readonly<Record<string, unknown>> = {
  "columns in camelCase": { rows: [{ ...camelRow, ageMs: "7" }] },
  "columns in capitals": { rows: [{ FENCE: null, REMAINING_MS: 5, VALUE: null, KIND: "busy" }] },
  "rows as lists": { rows: [[null, "20000", "v", "1", "5", "7"]] },
  "a list of rows": [leaseRow.rows[0]],
  "rows and columns": [[leaseRow.rows[0]], []],
  nothing: undefined,
  "a value that was parsed": {
    rows: [{ ...leaseRow.rows[0], value: { secret }, version: "x", key: 7, kind: "maybe" }],
  },
};

test.each(Object.entries(postgresAnswers))(
  "a store on Postgres refuses %s at once, and says what it expects",
  async (name, answer) => {
    let statements = 0;
    const store = createPostgresStore({
      query: async () => {
        statements++;
        return answer as never;
      },
    });
    for (const [what, operation] of Object.entries(operations)) {
      // These ask for nothing but the number of rows, or answer without one.
      if (["delete", "confirm", "release"].includes(what) && name !== "nothing") continue;
      const failure = await operation(store).catch((reason: unknown) => reason);
      expect(failure, what).toMatchObject({ name: "StoreError", code: "store_answer_invalid" });
      expect(inspect(failure), what).not.toContain("s3cr3t");
    }
    expect(statements).toBeLessThan(12);
  },
);

test("a store on Postgres names the columns that a mapper has renamed", async () => {
  const store = createPostgresStore({ query: async () => ({ rows: [camelRow] }) });
  await expect(store.read("key")).rejects.toThrow(
    /columns fence, remainingMs, .* and no expires_at_ms, expected .* take out of the client what renames columns/,
  );
});

test("createPostgresInbox() refuses rows that a mapper has changed", async () => {
  const released: unknown[] = [];
  const connection = {
    query: async () => ({ rows: [{ LOCKED: true, TRANSACTION: "7" }] }),
    release: (error?: Error | boolean) => void released.push(error),
  };
  const inbox = createPostgresInbox({ ...connection, connect: async () => connection });
  await expect(inbox.run("id", async () => expect.fail("it ran"))).rejects.toMatchObject({
    code: "store_answer_invalid",
  });
  expect(released).toEqual([undefined]);
});

test("createPostgresTables() rejects with a StoreError", async () => {
  const denied = Object.assign(new Error("permission denied for schema public"), { code: "42501" });
  const failing = createPostgresTables({ query: () => Promise.reject(denied) });
  await expect(failing).rejects.toMatchObject({
    name: "StoreError",
    code: "store_unavailable",
    cause: { code: "42501" },
  });
});

/** What clients have answered that transform replies, or are in a transaction. */
const redisAnswers: Readonly<Record<string, unknown>> = {
  "that it is queued": "QUEUED",
  nothing: undefined,
  "an object": { value: secret },
  "a list that is too short": [],
  "words that no script says": ["maybe", "soon", "later", secret],
};

test.each(Object.entries(redisAnswers))(
  "a store on Redis refuses %s at once",
  async (name, answer) => {
    const reply = async () => answer as never;
    for (const client of [
      { evalsha: reply, eval: reply },
      { evalSha: reply, eval: reply },
    ]) {
      const store = createRedisStore(client);
      for (const [what, operation] of Object.entries(operations)) {
        // A list of words is a list, and so is an empty one.
        if (what.startsWith("list") && Array.isArray(answer)) continue;
        const failure = await operation(store).catch((reason: unknown) => reason);
        expect(failure, `${name}: ${what}`).toMatchObject({ code: "store_answer_invalid" });
        expect(inspect(failure), what).not.toContain("s3cr3t");
      }
    }
  },
);

test("withLease() is busy after waitMs, and does not spin, when the record always seems to have changed", async () => {
  let statements = 0;
  const store = createPostgresStore({
    query: async () => {
      statements++;
      return { rows: [] };
    },
  });
  const result = await store.withLease("key", { leaseMs: 1000, waitMs: 300 }, async () => "worked");
  expect(result).toEqual({ kind: "busy" });
  expect(statements).toBeLessThan(40);
});

test("createFileStore() rejects with a StoreError when its directory cannot be used", async () => {
  const root = mkdtempSync(join(tmpdir(), "no-directory-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, "file"), "");
  const store = createFileStore({ directory: join(root, "file") });
  const withoutList = Object.entries(operations).filter(([name]) => !name.startsWith("list"));
  for (const [name, operation] of withoutList) {
    const failure = await operation(store).catch((reason: unknown) => reason);
    expect(failure, name).toMatchObject({ code: "store_unavailable", cause: { code: "ENOTDIR" } });
    expect(inspect(failure, { depth: 9, showHidden: true }), name).not.toContain("s3cr3t");
  }
});
