/** Cases about records and their versions. */

import assert from "node:assert/strict";
import type { Store } from "../store.js";
import { type CaseList, equalRecord, pause, refuses, writing } from "./case.js";

export const recordCases: CaseList = {
  async "read() returns undefined for a key that was never written"({ one, key }) {
    assert.equal(await one.read(key), undefined);
  },

  async "compareAndSet() counts versions from 1, and read() returns what was written"(context) {
    const { one, other, key } = context;
    const first = await one.compareAndSet(key, writing("a", 0, { expiresAtMs: 1_234_567_890_123 }));
    equalRecord(first, { value: "a", version: 1, expiresAtMs: 1_234_567_890_123 });
    equalRecord(await other.read(key), { value: "a", version: 1, expiresAtMs: 1_234_567_890_123 });
    const second = await other.compareAndSet(key, writing("b", 1));
    equalRecord(second, { value: "b", version: 2, expiresAtMs: undefined });
    equalRecord(await one.read(key), { value: "b", version: 2, expiresAtMs: undefined });
  },

  async "compareAndSet() refuses any other version, and changes nothing"({ one, key }) {
    assert.equal(await one.compareAndSet(key, writing("a", 1)), undefined, "1 for a free key");
    assert.equal(await one.read(key), undefined);
    await one.compareAndSet(key, writing("a", 0));
    await one.compareAndSet(key, writing("b", 1));
    for (const version of [0, 1, 3]) {
      const refused = await one.compareAndSet(key, writing("c", version));
      assert.equal(refused, undefined, `${version} for version 2`);
    }
    equalRecord(await one.read(key), { value: "b", version: 2, expiresAtMs: undefined });
  },

  async "compareAndSet() lets only one of a hundred win"({ one, other, key }) {
    const stores = Array.from({ length: 100 }, (_, index) => (index % 2 ? one : other));
    for (const version of [0, 1]) {
      const answers = await Promise.all(
        stores.map((store, index) => store.compareAndSet(key, writing(String(index), version))),
      );
      const winners = answers.filter((answer) => answer !== undefined);
      assert.equal(winners.length, 1, `${winners.length} writers won from version ${version}`);
      assert.deepEqual((await one.read(key))?.value, winners[0]?.value);
    }
  },

  async "compareAndSet() loses no increments of concurrent writers"({ one, other, key }) {
    const writers = [one, other, one, other];
    await Promise.all(writers.map((store) => increment(store, key, 10)));
    equalRecord(await one.read(key), { value: "40", version: 40, expiresAtMs: undefined });
  },

  async "delete() removes the record once"({ one, other, key }) {
    assert.equal(await one.delete(key), false, "there was none");
    await one.compareAndSet(key, writing("a", 0));
    assert.equal(await other.delete(key), true);
    assert.equal(await one.delete(key), false, "it was gone");
    assert.equal(await one.read(key), undefined);
  },

  async "compareAndSet() refuses a writer that read the record before it was deleted and re-created"(
    context,
  ) {
    const { one, other, key } = context;
    await one.compareAndSet(key, writing("old", 0));
    await other.delete(key);
    assert.equal(await one.compareAndSet(key, writing("late", 1)), undefined, "while it is gone");
    const anew = await other.compareAndSet(key, writing("new", 0));
    equalRecord(anew, { value: "new", version: 2, expiresAtMs: undefined });
    assert.equal(await one.compareAndSet(key, writing("late", 1)), undefined, "when it is back");
  },

  async "read() returns a record that has expired"({ one, key }) {
    await one.compareAndSet(key, writing("a", 0, { expiresAtMs: 1000 }));
    equalRecord(await one.read(key), { value: "a", version: 1, expiresAtMs: 1000 });
  },

  async "ageMs counts from the last write"({ one, other, key, paceMs }) {
    const written = await one.compareAndSet(key, writing("a", 0));
    assert.ok((written?.ageMs ?? -1) >= 0, "it is negative");
    await pause(5 * paceMs);
    const aged = (await other.read(key))?.ageMs ?? -1;
    assert.ok(aged >= 4 * paceMs && aged < 5 * paceMs + 5000, `it is ${aged} ms`);
    await other.compareAndSet(key, writing("b", 1));
    const renewed = (await one.read(key))?.ageMs ?? -1;
    assert.ok(renewed >= 0 && renewed < aged, `it is ${renewed} ms after another write`);
  },

  async "compareAndSet() with keepAge keeps counting from the previous write"(context) {
    const { one, other, key, paceMs } = context;
    await one.compareAndSet(key, writing("a", 0, { keepAge: true }));
    await pause(5 * paceMs);
    const kept = await other.compareAndSet(key, writing("b", 1, { keepAge: true }));
    const read = await one.read(key);
    for (const aged of [kept, read]) {
      const ageMs = aged?.ageMs ?? -1;
      assert.ok(ageMs >= 4 * paceMs && ageMs < 5 * paceMs + 5000, `it is ${ageMs} ms`);
      assert.deepEqual([aged?.value, aged?.version], ["b", 2]);
    }
  },

  async "compareAndSet() refuses versions, fences and times that are not whole numbers"(context) {
    const { one, key } = context;
    for (const number of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const asked = writing("a", 0);
      await refuses(`version ${number}`, () =>
        one.compareAndSet(key, { ...asked, expectedVersion: number }),
      );
      await refuses(`fence ${number}`, () => one.compareAndSet(key, { ...asked, fence: number }));
      await refuses(`expiry ${number}`, () =>
        one.compareAndSet(key, { ...asked, expiresAtMs: number }),
      );
    }
    assert.equal(await one.read(key), undefined);
  },
};

async function increment(store: Store, key: string, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const record = await store.read(key);
    const next = String(Number(record?.value ?? 0) + 1);
    if (await store.compareAndSet(key, writing(next, record?.version ?? 0))) done++;
  }
}
