/** Cases about lists of keys. */

import assert from "node:assert/strict";
import type { ListedKey, ListOptions, Store } from "../store.js";
import { type CaseList, refuses, writing } from "./case.js";

export const listCases: CaseList = {
  async "list() returns every key with the prefix once, page by page"({ one, other, key: prefix }) {
    const keys = numbered(`${prefix}/a`, 25);
    for (const key of [...keys, `${prefix}/b`]) await one.compareAndSet(key, writing("v", 0));
    await other.delete(`${prefix}/a07`);
    await other.compareAndSet(`${prefix}/a08`, writing("w", 1));
    const expected = keys.filter((key) => key !== `${prefix}/a07`);
    for (const limit of [1000, 24, 10, 7]) {
      const found = await listAll(other, { prefix: `${prefix}/a`, limit });
      assert.deepEqual(found.map(({ key }) => key).sort(), expected, `limit ${limit}`);
    }
  },

  async "list() tells when each key expires"({ one, other, key: prefix }) {
    await one.compareAndSet(`${prefix}/a`, writing("v", 0, { expiresAtMs: 5000 }));
    await one.compareAndSet(`${prefix}/b`, writing("v", 0, { expiresAtMs: 5000 }));
    await one.compareAndSet(`${prefix}/b`, writing("v", 1));
    assert.deepEqual(await listAll(other, { prefix }), [
      { key: `${prefix}/a`, expiresAtMs: 5000 },
      { key: `${prefix}/b`, expiresAtMs: undefined },
    ]);
  },

  async "list() treats nothing in a prefix as a pattern"({ one, key }) {
    const prefixes = ["%", "_", "*", "?", "[a]", "\\", "(", "$", "\u{10ffff}", "\u00ff"];
    for (const prefix of [...prefixes, "x"]) {
      await one.compareAndSet(`${key}${prefix}1`, writing("v", 0));
    }
    for (const prefix of prefixes) {
      const found = await listAll(one, { prefix: `${key}${prefix}` });
      assert.deepEqual(
        found.map((row) => row.key),
        [`${key}${prefix}1`],
      );
    }
  },

  async "list() finds what expires before a time, soonest first"({ one, other, key: prefix }) {
    const times = [9000, 3000, 3000, 1_234_567_890_123, 0, 7000, 3000];
    for (const [index, expiresAtMs] of times.entries()) {
      await one.compareAndSet(`${prefix}/${index}`, writing("v", 0, { expiresAtMs }));
    }
    await one.compareAndSet(`${prefix}/never`, writing("v", 0));
    for (const limit of [100, 5, 2, 1]) {
      const found = await listAll(other, { prefix, expiringBeforeMs: 9000, limit });
      const order = found.map(({ expiresAtMs }) => expiresAtMs);
      assert.deepEqual(order, [0, 3000, 3000, 3000, 7000], `limit ${limit}`);
      assert.equal(new Set(found.map(({ key }) => key)).size, 5, `limit ${limit}: one came twice`);
    }
    const all = await listAll(other, { prefix, expiringBeforeMs: 1_234_567_890_124 });
    assert.equal(all.length, 7);
  },

  async "list() follows a record whose expiry changes"({ one, other, key }) {
    const soon = { prefix: key, expiringBeforeMs: 5000 };
    await one.compareAndSet(key, writing("v", 0, { expiresAtMs: 4000 }));
    assert.deepEqual(await listAll(other, soon), [{ key, expiresAtMs: 4000 }]);
    await other.compareAndSet(key, writing("v", 1, { expiresAtMs: 6000 }));
    assert.deepEqual(await listAll(one, soon), [], "when it expires later");
    await other.compareAndSet(key, writing("v", 2, { expiresAtMs: 3000 }));
    assert.deepEqual(await listAll(one, soon), [{ key, expiresAtMs: 3000 }], "when it is sooner");
    await other.delete(key);
    assert.deepEqual(await listAll(one, soon), [], "when it is gone");
  },

  async "list() misses no key that stays while others come and go"({ one, other, key: prefix }) {
    const keys = numbered(`${prefix}/a`, 20);
    for (const key of keys) await one.compareAndSet(key, writing("v", 0));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let round = 0; round === 0 || cursor !== undefined; round++) {
      const page: Awaited<ReturnType<Store["list"]>> = await one.list({ prefix, limit: 3, cursor });
      seen.push(...page.keys.map(({ key }) => key));
      cursor = page.next;
      await other.delete(`${prefix}/a00`);
      await other.delete(page.keys.at(-1)?.key ?? prefix);
      await other.compareAndSet(`${prefix}/a0${round}x`, writing("v", 0));
    }
    const old = seen.filter((key) => !key.endsWith("x"));
    assert.deepEqual(old.sort(), keys, "of the 20, each once");
  },

  async "list() refuses invalid limits and cursors"({ one, key: prefix }) {
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      await refuses(`limit ${limit}`, () => one.list({ prefix, limit }));
    }
    for (const cursor of ["x", "\u00e9", "e30"]) {
      await refuses(`cursor ${cursor}`, () => one.list({ prefix, cursor }));
    }
    await refuses("a time that is no number", () =>
      one.list({ prefix, expiringBeforeMs: Number.NaN }),
    );
  },
};

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => prefix + String(index).padStart(2, "0"));
}

async function listAll(store: Store, options: ListOptions): Promise<ListedKey[]> {
  const found: ListedKey[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ ...options, cursor });
    assert.ok(page.keys.length <= (options.limit ?? 100), "a page is longer than its limit");
    for (const { key, expiresAtMs } of page.keys) found.push({ key, expiresAtMs });
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}
