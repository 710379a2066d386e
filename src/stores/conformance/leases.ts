/** Cases about leases: who holds one, who must wait, and whose write counts. */

import assert from "node:assert/strict";
import type { LeaseOptions, Store } from "../store.js";
import {
  type CaseList,
  equalRecord,
  hold,
  isHeld,
  leasing,
  once,
  pause,
  refuses,
  writing,
} from "./case.js";

export const leaseCases: CaseList = {
  async "withLease() passes the record to the work, and returns what the work returned"(context) {
    const { one, other, key } = context;
    const first = await one.withLease(key, once, async ({ record }) => record);
    assert.deepEqual(first, { kind: "worked", result: undefined });
    await one.compareAndSet(key, writing("a", 0, { expiresAtMs: 5000 }));
    const second = await other.withLease(key, once, async ({ record }) => record);
    assert.equal(second.kind, "worked");
    if (second.kind !== "worked") return;
    equalRecord(second.result, { value: "a", version: 1, expiresAtMs: 5000 });
  },

  async "withLease() tells whether there is, or was, a record"(context) {
    const { one, other, key } = context;
    const had = async (store: Store) =>
      await store.withLease(key, once, async (lease) => lease.hadRecord);
    assert.deepEqual(await had(one), { kind: "worked", result: false });
    await one.compareAndSet(key, writing("a", 0));
    assert.deepEqual(await had(other), { kind: "worked", result: true });
    await one.delete(key);
    assert.deepEqual(await had(other), { kind: "worked", result: true });
  },

  async "withLease() tells when the lease was requested"({ one, other, key, paceMs }) {
    const held = await hold(one, key);
    const startMs = performance.now();
    setTimeout(() => held.end(), paceMs);
    await other.withLease(key, leasing(), async ({ askedAtMs }) => {
      assert.ok(askedAtMs >= startMs && askedAtMs <= performance.now(), "it was at another time");
      assert.ok(askedAtMs > startMs + paceMs / 2, "it was the time of a try that failed");
    });
  },

  async "withLease() keeps everybody else out until the work is over"({ one, other, key }) {
    const held = await hold(one, key);
    assert.equal(await isHeld(one, key), true, "the same store got it too");
    assert.equal(await isHeld(other, key), true, "another store got it too");
    assert.equal(await isHeld(other, `${key}2`), false, "another key is kept as well");
    await held.end();
    assert.equal(await isHeld(other, key), false, "it was not given back");
  },

  async "withLease() lets holders in one at a time"({ one, other, key }) {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await pause(5);
      inside--;
    };
    const stores = [one, other, one, other, one, other];
    const results = await Promise.all(stores.map((store) => store.withLease(key, leasing(), work)));
    assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(["worked"]));
    assert.equal(most, 1, `${most} were inside at once`);
  },

  async "withLease() gives the lease back when the work throws, and throws the same"(context) {
    const { one, other, key } = context;
    const failure = new Error("work failed");
    const working = one.withLease(key, once, async () => {
      throw failure;
    });
    await assert.rejects(working, (error) => error === failure);
    assert.equal(await isHeld(other, key), false);
  },

  async "withLease() returns busy after waitMs, and at once for 0"({ one, other, key, paceMs }) {
    const held = await hold(one, key);
    const startMs = performance.now();
    const work = (): Promise<never> => assert.fail("it worked");
    assert.deepEqual(await other.withLease(key, once, work), { kind: "busy" });
    const waiting = leasing({ waitMs: 3 * paceMs });
    assert.deepEqual(await other.withLease(key, waiting, work), { kind: "busy" });
    const waitedMs = performance.now() - startMs;
    assert.ok(waitedMs >= 3 * paceMs - 5, `it waited ${waitedMs} ms`);
    await held.end();
  },

  async "withLease() ends the wait when the record is good enough"({ one, other, key }) {
    const held = await hold(one, key);
    const { fence } = held.lease;
    const predicates = [isEnough("good"), isEnough("good", { later: true }), isEnough("good")];
    const waiting = predicates.map(({ enough }, index) =>
      (index === 0 ? one : other).withLease(key, leasing({ enough }), async () => "for nothing"),
    );
    await Promise.all(predicates.map(({ asked }) => asked));
    await one.compareAndSet(key, writing("poor", 0, { fence, keepLease: true }));
    await one.compareAndSet(key, writing("good", 1, { fence }));
    for (const result of await Promise.all(waiting)) {
      assert.equal(result.kind, "enough");
      if (result.kind === "enough") assert.equal(result.record?.value, "good");
    }
    await held.end();
  },

  async "withLease() works when the other's record was not good enough"({ one, other, key }) {
    const held = await hold(one, key);
    const { enough, asked } = isEnough("good");
    const waiting = other.withLease(key, leasing({ enough }), async ({ record }) => record?.value);
    await asked;
    await one.compareAndSet(key, writing("poor", 0, { fence: held.lease.fence }));
    await held.end();
    assert.deepEqual(await waiting, { kind: "worked", result: "poor" });
  },

  async "withLease() ends the wait with the reason of its signal"({ one, other, key, paceMs }) {
    const held = await hold(one, key);
    const stop = new AbortController();
    const reason = new Error("enough of this");
    const work = (): Promise<never> => assert.fail("it worked");
    const waiting = other.withLease(key, leasing({ signal: stop.signal }), work);
    setTimeout(() => stop.abort(reason), paceMs);
    await assert.rejects(waiting, (error) => error === reason, "while it waits");
    await held.end();
    const late = other.withLease(key, leasing({ signal: stop.signal }), work);
    await assert.rejects(late, (error) => error === reason, "before it begins");
    // An attempt in flight at the abort may have got the lease, and then gives it back at once.
    const next = await one.withLease(key, leasing({ waitMs: 1000 }), async () => "free");
    assert.deepEqual(next, { kind: "worked", result: "free" });
  },

  async "withLease() does not interrupt the work"({ one, key }) {
    const stop = new AbortController();
    const result = await one.withLease(key, leasing({ signal: stop.signal }), async () => {
      stop.abort();
      await pause(5);
      return "done";
    });
    assert.deepEqual(result, { kind: "worked", result: "done" });
  },

  async "withLease() refuses durations out of range"({ one, key }) {
    const work = async (): Promise<void> => undefined;
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await refuses(`leaseMs ${ms}`, () => one.withLease(key, leasing({ leaseMs: ms }), work));
      await refuses(`waitMs ${ms}`, () => one.withLease(key, leasing({ waitMs: ms }), work));
    }
    await refuses("leaseMs 0", () => one.withLease(key, leasing({ leaseMs: 0 }), work));
  },
};

export const handOverCases: CaseList = {
  async "fences grow with every lease, and across delete and a new record"({ one, other, key }) {
    const fences: number[] = [];
    const lease = async (store: Store, write: boolean): Promise<void> => {
      await store.withLease(key, leasing(), async ({ fence, record }) => {
        fences.push(fence);
        if (write) await store.compareAndSet(key, writing("a", record?.version ?? 0, { fence }));
      });
    };
    await lease(one, false);
    await lease(other, true);
    await other.delete(key);
    await lease(one, true);
    await one.delete(key);
    await lease(other, false);
    const grown = fences.every((fence, index) => fence > (fences[index - 1] ?? 0));
    assert.ok(grown && fences.length === 4, `they were ${fences.join(", ")}`);
  },

  async "a lease that is not given back expires by itself"({ one, other, key, paceMs }) {
    const held = await hold(one, key, leasing({ leaseMs: 3 * paceMs }));
    const taken = await other.withLease(key, leasing(), async ({ fence }) => fence);
    const lastedMs = performance.now() - held.lease.askedAtMs;
    assert.ok(lastedMs >= 3 * paceMs - 5, `it was taken over after ${lastedMs} ms`);
    assert.ok(taken.kind === "worked" && taken.result > held.lease.fence);
    await held.end();
  },

  async "a holder whose lease passed to another cannot write any more"(context) {
    const { one, other, paceMs } = context;
    for (const version of [0, 1]) {
      const key = `${context.key}${version}`;
      if (version === 1) await one.compareAndSet(key, writing("before", 0));
      const late = await hold(one, key, leasing({ leaseMs: paceMs }));
      const next = await hold(other, key);
      const asked = writing("late", version, { fence: late.lease.fence });
      assert.equal(await one.compareAndSet(key, asked), undefined, "while the other works");
      await next.end();
      assert.equal(await one.compareAndSet(key, asked), undefined, "after the other worked");
      assert.equal((await one.read(key))?.version ?? 0, version);
      await late.end();
    }
  },

  async "a holder who comes back late does not end its successor's lease"(context) {
    const { one, other, key, paceMs } = context;
    const late = await hold(one, key, leasing({ leaseMs: paceMs }));
    const next = await hold(other, key);
    await late.end();
    assert.equal(await isHeld(one, key), true);
    await next.end();
  },

  async "an expired lease still lets its holder write, if nobody has taken another"(context) {
    const { one, other, key, paceMs } = context;
    const late = await hold(one, key, leasing({ leaseMs: paceMs }));
    await pause(2 * paceMs);
    const written = await other.compareAndSet(key, writing("a", 0, { fence: late.lease.fence }));
    equalRecord(written, { value: "a", version: 1, expiresAtMs: undefined });
    await late.end();
  },

  async "a write under a lease ends it in the same step"({ one, other, key }) {
    const held = await hold(one, key);
    await one.compareAndSet(key, writing("a", 0, { fence: held.lease.fence }));
    const next = await hold(other, key, once);
    await held.end();
    assert.equal(await isHeld(one, key), true, "the end of the work ended the next lease too");
    await next.end();
  },

  async "a write with keepLease keeps the lease"({ one, other, key }) {
    const held = await hold(one, key);
    const { fence } = held.lease;
    await one.compareAndSet(key, writing("a", 0, { fence, keepLease: true }));
    assert.equal(await isHeld(other, key), true, "after the first write");
    assert.ok(await one.compareAndSet(key, writing("b", 1, { fence })), "the second was refused");
    assert.equal(await isHeld(other, key), false, "after the second write");
    await held.end();
  },

  async "work that only wrote with keepLease gives the lease back"({ one, other, key }) {
    await one.withLease(key, leasing(), async ({ fence }) =>
      one.compareAndSet(key, writing("a", 0, { fence, keepLease: true })),
    );
    assert.equal(await isHeld(other, key), false);
  },

  async "writes that are refused or have no fence do not end the lease"({ one, other, key }) {
    const held = await hold(one, key);
    await one.compareAndSet(key, writing("a", 7, { fence: held.lease.fence }));
    assert.equal(await isHeld(other, key), true, "a refused one did");
    await other.compareAndSet(key, writing("a", 0));
    assert.equal(await isHeld(other, key), true, "one without a fence did");
    await other.delete(key);
    assert.equal(await isHeld(other, key), true, "a delete did");
    await held.end();
  },
};

/** Accepts records with this value; `asked` resolves once the first record has been judged. */
function isEnough(value: string, { later = false } = {}) {
  let wasAsked: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  const enough: LeaseOptions["enough"] = (record) => {
    wasAsked();
    const answer = record?.value === value;
    return later ? Promise.resolve(answer) : answer;
  };
  return { enough, asked };
}
