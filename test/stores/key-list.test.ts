import { expect, test } from "vitest";
import { createKeyList } from "../../src/stores/key-list.js";
import type { ListedKey } from "../../src/stores/store.js";

/** A hundred keys, and how often all of them were read. */
function setUp() {
  const records = new Map<string, ListedKey>();
  for (let index = 0; index < 100; index++) {
    const key = `key/${String(index).padStart(2, "0")}`;
    records.set(key, { key, expiresAtMs: 1000 - index });
  }
  let reads = 0;
  const list = createKeyList({
    async all() {
      reads++;
      return [...records.values()].reverse();
    },
    find: async (key) => records.get(key),
  });
  async function listAll(expiringBeforeMs?: number, onPage?: () => void): Promise<string[]> {
    const found: string[] = [];
    let after: ListedKey | undefined;
    do {
      const page = await list({ prefix: "key/", expiringBeforeMs, limit: 7, after });
      found.push(...page.keys.map(({ key }) => key));
      after = page.after;
      onPage?.();
    } while (after !== undefined);
    return found;
  }
  return { records, list, listAll, reads: () => reads };
}

test("createKeyList() reads and sorts all keys once for all pages of a list", async () => {
  const { records, listAll, reads } = setUp();
  expect(await listAll()).toEqual([...records.keys()]);
  expect(reads()).toBe(1);
  expect(await listAll(2000)).toEqual([...records.keys()].reverse());
  expect(reads()).toBe(2);
});

test("createKeyList() begins every list anew, with what was written since the last", async () => {
  const { records, listAll } = setUp();
  await listAll();
  records.set("key/new", { key: "key/new", expiresAtMs: undefined });
  expect(await listAll()).toContain("key/new");
});

test("createKeyList() leaves out what was deleted, or expires later, since the first page", async () => {
  const { records, listAll } = setUp();
  const left = await listAll(950, () => {
    records.delete("key/60");
    records.set("key/55", { key: "key/55", expiresAtMs: 5000 });
  });
  expect(left).not.toContain("key/60");
  expect(left).not.toContain("key/55");
  expect(left).toHaveLength(47);
});

test("createKeyList() continues a list that it did not begin, or has forgotten", async () => {
  const { records, list, reads } = setUp();
  const after = { key: "key/49", expiresAtMs: undefined };
  const page = await list({ prefix: "key/", expiringBeforeMs: undefined, limit: 100, after });
  expect(page.keys.map(({ key }) => key)).toEqual([...records.keys()].slice(50));
  expect(page.after).toBeUndefined();
  for (let index = 0; index < 5; index++) {
    await list({ prefix: `key/${index}`, expiringBeforeMs: undefined, limit: 1, after: undefined });
  }
  expect(reads()).toBe(6);
  await list({ prefix: "key/", expiringBeforeMs: undefined, limit: 1, after });
  expect(reads(), "no more than a few lists are kept").toBe(7);
});
