/** Cases about which keys and values are allowed. */

import assert from "node:assert/strict";
import type { Store } from "../store.js";
import { type CaseList, once, refuses, writing } from "./case.js";

/** Each of them can trip up some store: as a path, a pattern, a separator, a name, or by its length. */
const hostileKeys: readonly string[] = [
  ".",
  "..",
  "../../../etc/passwd",
  "/",
  "a/b",
  "a\\b",
  "a:b",
  "{a}",
  "}{",
  "a*",
  "a?",
  "a%",
  "%2e%2e",
  "'; drop table x; --",
  "$1",
  "a\nb",
  "a\tb",
  " a",
  "a ",
  "A",
  "a",
  "__proto__",
  "constructor",
  "CON",
  "\u00e9",
  "e\u0301",
  "\u0130\u0131",
  "\u202e\u0645\u0631\u062d\u0628\u0627",
  "\ufeffa",
  "\u{1f600}",
  "\u{10ffff}",
  "k".repeat(499),
  "k".repeat(500),
  `${"k".repeat(499)}l`,
  "\u{1f600}".repeat(250),
  "\u4e2d".repeat(500),
];

const badTexts: readonly [string, string][] = [
  ["half of a surrogate pair", "a\ud800b"],
  ["the other half", "a\udc00b"],
  ["U+0000", "a\u0000b"],
];

export const textCases: CaseList = {
  async "hostile keys are all distinct"({ one, other }) {
    // No prefix, which could make them harmless; so they may exist from an earlier run.
    for (const key of hostileKeys) await overwrite(one, key, `value of ${key}`);
    for (const key of hostileKeys) {
      assert.equal((await other.read(key))?.value, `value of ${key}`, `read of ${show(key)}`);
    }
    for (const [index, key] of hostileKeys.entries()) {
      assert.equal(await other.delete(key), true, `delete of ${show(key)}`);
      const next = hostileKeys[index + 1];
      if (next !== undefined)
        assert.ok(await one.read(next), `${show(key)} took ${show(next)} too`);
    }
  },

  async "every hostile key can be leased, listed and claimed"({ one, other, key: unique }) {
    // Short, so that the longest keys stay within the limit.
    const prefix = `${unique.slice(-12, -4)}/`;
    const keys = hostileKeys.map((hostile) => prefix + hostile);
    for (const key of keys) {
      const lease = await one.withLease(key, once, async ({ fence }) =>
        other.compareAndSet(key, writing("a", 0, { fence })),
      );
      assert.ok(lease.kind === "worked" && lease.result, `lease on ${show(key)}`);
      const claim = await one.claim(key, { leaseMs: 60_000 });
      assert.equal(claim.kind, "claimed", `claim of ${show(key)}`);
    }
    const listed = (await other.list({ prefix, limit: 1000 })).keys.map((row) => row.key);
    assert.deepEqual(listed.sort(), keys.sort());
  },

  async "values come back unchanged, up to 64 KB and from every plane of Unicode"({
    one,
    other,
    key,
  }) {
    for (const [version, value] of hostileValues().entries()) {
      await one.compareAndSet(key, writing(value, version));
      const read = await other.read(key);
      assert.ok(read?.value === value, `a value of ${value.length} characters was changed`);
    }
  },

  async "keys, values and ids that cannot be stored are refused"({ one, key }) {
    const keys: [string, string][] = [
      ["empty", ""],
      ["513 characters", "k".repeat(513)],
      ...badTexts,
    ];
    for (const [what, bad] of keys) {
      await refuses(`read of a key with ${what}`, () => one.read(bad));
      await refuses(`write of a key with ${what}`, () => one.compareAndSet(bad, writing("a", 0)));
      await refuses(`delete of a key with ${what}`, () => one.delete(bad));
      await refuses(`lease on a key with ${what}`, () =>
        one.withLease(bad, { leaseMs: 60_000, waitMs: 0 }, async () => undefined),
      );
      await refuses(`claim of an id with ${what}`, () => one.claim(bad, { leaseMs: 60_000 }));
    }
    for (const [what, bad] of badTexts) {
      await refuses(`a value with ${what}`, () => one.compareAndSet(key, writing(bad, 0)));
    }
    const noText = 7 as unknown as string;
    await refuses("a key that is no text", () => one.read(noText));
    await refuses("a value that is no text", () => one.compareAndSet(key, writing(noText, 0)));
    assert.equal(await one.read(key), undefined);
  },
};

function show(key: string): string {
  return JSON.stringify(key.slice(0, 40));
}

async function overwrite(store: Store, key: string, value: string): Promise<void> {
  const version = (await store.read(key))?.version ?? 0;
  const written = await store.compareAndSet(key, writing(value, version));
  assert.ok(written, `${show(key)} cannot be written`);
}

function hostileValues(): readonly string[] {
  const planes = Array.from({ length: 17 }, (_, plane) =>
    String.fromCodePoint(plane * 65_536 + 65),
  );
  const edges = Array.from({ length: 17 }, (_, plane) =>
    String.fromCodePoint(plane * 65_536 + 65_533),
  );
  return [
    "",
    " ",
    "null",
    '{"a":"\\u0000"}',
    "\ufeffbegins with a byte-order mark",
    "\u0001\u001f\u007f\u0080\u2028\u2029\r\n",
    "\u00e9 is not e\u0301",
    planes.join("") + edges.join(""),
    "\"'`\\$%{}[]\t".repeat(100),
    "x".repeat(65_536),
    "\u{1f600}".repeat(16_384),
    "\u4e2d".repeat(21_845),
  ];
}
