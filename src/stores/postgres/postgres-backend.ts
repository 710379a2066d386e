/** What a store does, by the Postgres statements: their parameters, and what their rows mean. */

import type { Acquired, Listed, ListQuery, StoreBackend } from "../backend.js";
import type { ListedKey, StoredRecord, Write } from "../store.js";
import {
  claimKinds,
  countOf,
  integerOf,
  type PostgresQueryable,
  type Row,
  rowsOf,
  textOf,
  wordOf,
} from "./client.js";
import type { Statements } from "./statements.js";
import { createSweep } from "./sweep.js";
import { explainPostgresError } from "./tables.js";

type Run = (text: string, ...values: unknown[]) => Promise<readonly Row[]>;

export function createPostgresBackend(pool: PostgresQueryable, sql: Statements): StoreBackend {
  const run: Run = (text, ...values) => rowsOf(pool, text, values);
  const sweep = createSweep(pool, sql);

  return {
    read: async (key) => toRecord((await run(sql.read, key))[0]),
    async acquire(key, { leaseMs, seenVersion }) {
      await sweep();
      return toAcquired((await run(sql.acquire, key, leaseMs, seenVersion ?? null))[0]);
    },
    giveBack: (key, fence) => run(sql.giveBack, key, fence),
    write: (key, asked) => write(run, sql, key, asked),
    remove: async (key) => (await run(sql.remove, key)).length === 1,
    list: (query) => list(run, sql, query),
    async claim(id, token, leaseMs) {
      await sweep();
      const [row] = await run(sql.claim, id, token, leaseMs);
      return row === undefined ? "busy" : wordOf(row, "kind", claimKinds);
    },
    confirm: async (id, token, keepMs) => (await run(sql.confirm, id, token, keepMs)).length === 1,
    release: async (id, token) => (await run(sql.release, id, token)).length === 1,
    pollMs: [50, 500],
    explain: explainPostgresError,
  };
}

async function write(
  run: Run,
  sql: Statements,
  key: string,
  { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }: Write,
): Promise<StoredRecord | undefined> {
  const values = [key, value, expiresAtMs ?? null, fence ?? null, keepLease ?? false];
  const [row] =
    expectedVersion === 0
      ? await run(sql.create, ...values)
      : await run(sql.overwrite, ...values, expectedVersion, keepAge ?? false);
  return row && { value, version: countOf(row, "version"), expiresAtMs, ageMs: ageOf(row) };
}

/** In the order of the column, which is that of code points, no key with a prefix comes after prefix and this. */
const lastSuffix = "\u{10ffff}".repeat(512);

async function list(run: Run, sql: Statements, query: ListQuery): Promise<Listed> {
  const { prefix, limit, after, expiringBeforeMs } = query;
  const values = [prefix, after?.key ?? "", limit + 1];
  const rows =
    expiringBeforeMs === undefined
      ? await run(sql.listByKey, ...values, prefix + lastSuffix)
      : await run(sql.listByExpiry, ...values, expiringBeforeMs, after?.expiresAtMs ?? -1);
  const keys = rows.slice(0, limit).map(toListedKey);
  return { keys, after: rows.length > limit ? keys.at(-1) : undefined };
}

function toAcquired(row: Row | undefined): Acquired {
  // The row was just created by another process.
  if (row === undefined) return { kind: "changed", record: undefined };
  const record = toRecord(row);
  const fence = integerOf(row, "fence");
  if (fence !== undefined) {
    return { kind: "taken", fence, record, hadRecord: countOf(row, "version") > 0 };
  }
  const remainingMs = countOf(row, "remaining_ms");
  // No lease held and none given: the record has changed since it was judged.
  return remainingMs > 0 ? { kind: "held", remainingMs, record } : { kind: "changed", record };
}

function toRecord(row: Row | undefined): StoredRecord | undefined {
  const value = row && textOf(row, "value");
  if (row === undefined || value === undefined) return undefined;
  return {
    value,
    version: countOf(row, "version"),
    expiresAtMs: integerOf(row, "expires_at_ms"),
    ageMs: ageOf(row),
  };
}

function ageOf(row: Row): number {
  return integerOf(row, "age_ms") ?? Number.POSITIVE_INFINITY;
}

function toListedKey(row: Row): ListedKey {
  return { key: textOf(row, "key") ?? "", expiresAtMs: integerOf(row, "expires_at_ms") };
}
