/** Cases about claims: ids that are to be handled once. */

import assert from "node:assert/strict";
import type { Store } from "../store.js";
import { type CaseList, pause, refuses } from "./case.js";

const long = { leaseMs: 60_000 };
const kept = { keepMs: 60_000 };

export const claimCases: CaseList = {
  async "claim() lets only one of fifty win"({ one, other, key }) {
    const stores = Array.from({ length: 50 }, (_, index) => (index % 2 ? one : other));
    const claims = await Promise.all(stores.map((store) => store.claim(key, long)));
    assert.equal(claims.filter(({ kind }) => kind === "claimed").length, 1);
    assert.equal(claims.filter(({ kind }) => kind === "busy").length, 49);
    assert.equal((await one.claim(`${key}2`, long)).kind, "claimed", "another id");
  },

  async "confirm() marks the id done for everyone"({ one, other, key, paceMs }) {
    const token = await claimed(one, key, paceMs);
    assert.equal(await other.confirm(key, token, kept), true);
    assert.deepEqual(await one.claim(key, long), { kind: "done" });
    await pause(2 * paceMs);
    assert.deepEqual(await other.claim(key, long), { kind: "done" }, "after the claim's own time");
  },

  async "a claim that is not confirmed in time is open to others"({ one, other, key, paceMs }) {
    const lost = await claimed(one, key, paceMs);
    await pause(2 * paceMs);
    const token = await claimed(other, key, 60_000);
    assert.notEqual(token, lost);
    assert.equal(await one.confirm(key, lost, kept), false, "the first one confirmed");
    assert.equal(await one.release(key, lost), false, "the first one released");
    assert.equal((await one.claim(key, long)).kind, "busy");
    assert.equal(await other.confirm(key, token, kept), true);
  },

  async "confirm() works on an expired claim that nobody has taken"({ one, other, key, paceMs }) {
    const token = await claimed(one, key, paceMs);
    await pause(2 * paceMs);
    assert.equal(await one.confirm(key, token, kept), true);
    assert.deepEqual(await other.claim(key, long), { kind: "done" });
  },

  async "confirm() can be repeated, but only by the holder"({ one, other, key }) {
    const token = await claimed(one, key, 60_000);
    assert.equal(await one.confirm(key, "somebody else's", kept), false);
    assert.equal((await other.claim(key, long)).kind, "busy");
    assert.equal(await one.confirm(key, token, kept), true);
    assert.equal(await other.confirm(key, token, kept), true, "the second time");
    assert.equal(await one.confirm(key, "somebody else's", kept), false, "once it is done");
    assert.equal(await one.confirm(`${key}2`, token, kept), false, "of another id");
  },

  async "release() frees the id at once, and only the holder can"({ one, other, key }) {
    const token = await claimed(one, key, 60_000);
    assert.equal(await other.release(key, "somebody else's"), false);
    assert.equal(await other.release(key, token), true);
    assert.equal(await one.release(key, token), false, "the second time");
    const next = await claimed(other, key, 60_000);
    assert.equal(await one.confirm(key, token, kept), false, "of what was released");
    assert.equal(await other.confirm(key, next, kept), true);
  },

  async "release() does not undo what is done"({ one, key }) {
    const token = await claimed(one, key, 60_000);
    await one.confirm(key, token, kept);
    assert.equal(await one.release(key, token), false);
    assert.deepEqual(await one.claim(key, long), { kind: "done" });
  },

  async "what is done is forgotten after keepMs"({ one, other, key, paceMs }) {
    const token = await claimed(one, key, 60_000);
    await one.confirm(key, token, { keepMs: paceMs });
    await pause(2 * paceMs);
    const next = await claimed(other, key, 60_000);
    assert.equal(await one.confirm(key, token, kept), false, "by the token of the time before");
    assert.equal((await one.claim(key, long)).kind, "busy");
    assert.equal(await other.confirm(key, next, kept), true);
  },

  async "a busy claim() does not extend the existing claim"({ one, other, key, paceMs }) {
    // Long enough that the other store tries before the end, even on a slow disk.
    await claimed(one, key, 20 * paceMs);
    assert.equal((await other.claim(key, long)).kind, "busy");
    await pause(21 * paceMs);
    assert.equal((await other.claim(key, long)).kind, "claimed");
  },

  async "claims are independent of records"({ one, key }) {
    await claimed(one, key, 60_000);
    assert.equal(await one.read(key), undefined);
    assert.equal((await one.list({ prefix: key })).keys.length, 0);
    assert.equal(await one.delete(key), false);
    assert.equal((await one.claim(key, long)).kind, "busy");
  },

  async "claim() and confirm() refuse durations out of range"({ one, key }) {
    const token = await claimed(one, key, 60_000);
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await refuses(`leaseMs ${ms}`, () => one.claim(`${key}2`, { leaseMs: ms }));
      await refuses(`keepMs ${ms}`, () => one.confirm(key, token, { keepMs: ms }));
    }
  },
};

async function claimed(store: Store, id: string, leaseMs: number): Promise<string> {
  const claim = await store.claim(id, { leaseMs });
  assert.equal(claim.kind, "claimed");
  return claim.kind === "claimed" ? claim.token : "";
}
