/** Stores that are broken on purpose: the conformance suite must catch each, and for the right reason. */

import { expect, test } from "vitest";
import { runStoreConformance } from "../../src/stores/conformance/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import type { Lease, Store, Write } from "../../src/stores/store.js";

type Breaking = (good: Store) => Partial<Store>;

const forged = (lease: Lease, fence: number): Lease => ({ ...lease, fence });

/** What is broken, and one of the cases that must fail. */
const broken: Readonly<Record<string, readonly [Breaking, string]>> = {
  "writes whatever the version": [
    (good) => ({
      async compareAndSet(key, write) {
        const expectedVersion = (await good.read(key))?.version ?? 0;
        return good.compareAndSet(key, { ...write, expectedVersion });
      },
    }),
    "compareAndSet() refuses any other version, and changes nothing",
  ],
  "reads the version first and writes then": [
    (good) => ({
      async compareAndSet(key, write) {
        const version = (await good.read(key))?.version ?? 0;
        await new Promise((resolve) => setImmediate(resolve));
        if (version !== write.expectedVersion) return undefined;
        const { expectedVersion: _expected, ...rest } = write;
        return overwrite(good, key, rest);
      },
    }),
    "compareAndSet() loses no increments of concurrent writers",
  ],
  "does not look at fences": [
    (good) => ({
      compareAndSet: (key, { fence: _fence, ...write }) => good.compareAndSet(key, write),
    }),
    "a holder whose lease passed to another cannot write any more",
  ],
  "gives a lease to everybody": [
    (good) => ({
      withLease: async (key, { signal }, work) => {
        signal?.throwIfAborted();
        const record = await good.read(key);
        const lease = { fence: 1, record, hadRecord: true, askedAtMs: performance.now() };
        return { kind: "worked", result: await work(lease) };
      },
    }),
    "withLease() keeps everybody else out until the work is over",
  ],
  "keeps a lease when the work throws": [
    (good) => ({
      withLease: (key, options, work) =>
        good.withLease(key, options, async (lease) => {
          try {
            return await work(lease);
          } catch (error) {
            void good.withLease(
              key,
              { ...options, waitMs: 1000 },
              () => new Promise(() => undefined),
            );
            throw error;
          }
        }),
    }),
    "withLease() gives the lease back when the work throws, and throws the same",
  ],
  "never ends a lease by itself": [
    (good) => ({
      withLease: (key, options, work) =>
        good.withLease(key, { ...options, leaseMs: 3_600_000 }, work),
    }),
    "a lease that is not given back expires by itself",
  ],
  "counts fences anew after a delete": [
    (good) => {
      const counts = new Map<string, number>();
      return {
        withLease: (key, options, work) =>
          good.withLease(key, options, (lease) => {
            counts.set(key, (counts.get(key) ?? 0) + 1);
            return work(forged(lease, counts.get(key) ?? 0));
          }),
        delete: async (key) => {
          counts.delete(key);
          return good.delete(key);
        },
        compareAndSet: (key, { fence: _fence, ...write }) => good.compareAndSet(key, write),
      };
    },
    "fences grow with every lease, and across delete and a new record",
  ],
  "counts versions anew after a delete": [
    (good) => {
      const deleted = new Map<string, number>();
      const shift = (key: string): number => deleted.get(key) ?? 0;
      return {
        read: async (key) => {
          const record = await good.read(key);
          return record && { ...record, version: record.version - shift(key) };
        },
        compareAndSet: async (key, write) => {
          const expectedVersion = write.expectedVersion && write.expectedVersion + shift(key);
          const written = await good.compareAndSet(key, { ...write, expectedVersion });
          return written && { ...written, version: written.version - shift(key) };
        },
        delete: async (key) => {
          deleted.set(key, (await good.read(key))?.version ?? 0);
          return good.delete(key);
        },
      };
    },
    "compareAndSet() refuses a writer that read the record before it was deleted and re-created",
  ],
  "never says that a record is good enough": [
    (good) => ({
      withLease: (key, { enough: _enough, ...options }, work) => good.withLease(key, options, work),
    }),
    "withLease() ends the wait when the record is good enough",
  ],
  "ends a lease with every write": [
    (good) => ({
      compareAndSet: (key, write) => good.compareAndSet(key, { ...write, keepLease: false }),
    }),
    "a write with keepLease keeps the lease",
  ],
  "drops records that have expired": [
    (good) => ({
      read: async (key) => {
        const record = await good.read(key);
        return (record?.expiresAtMs ?? Number.POSITIVE_INFINITY) < Date.now() ? undefined : record;
      },
    }),
    "read() returns a record that has expired",
  ],
  "always says that a record is new": [
    (good) => ({
      read: async (key) => {
        const record = await good.read(key);
        return record && { ...record, ageMs: 0 };
      },
    }),
    "ageMs counts from the last write",
  ],
  "counts the age anew with every write": [
    (good) => ({
      compareAndSet: (key, write) => good.compareAndSet(key, { ...write, keepAge: false }),
    }),
    "compareAndSet() with keepAge keeps counting from the previous write",
  ],
  "takes keys for paths": [
    (good) => ({
      read: (key) => good.read(asPath(key)),
      compareAndSet: (key, write) => good.compareAndSet(asPath(key), write),
      delete: (key) => good.delete(asPath(key)),
    }),
    "hostile keys are all distinct",
  ],
  "cuts values at a surrogate pair": [
    (good) => ({
      compareAndSet: (key, write) =>
        good.compareAndSet(key, {
          ...write,
          value: write.value.replace(/[\u{10000}-\u{10ffff}]/gu, "?"),
        }),
    }),
    "values come back unchanged, up to 64 KB and from every plane of Unicode",
  ],
  "forgets the rest of a list": [
    (good) => ({
      list: async (options) => ({ ...(await good.list(options)), next: undefined }),
    }),
    "list() returns every key with the prefix once, page by page",
  ],
  "forgets what was confirmed": [
    (_good) => ({
      confirm: async () => true,
    }),
    "confirm() marks the id done for everyone",
  ],
  "lets anybody confirm": [
    (good) => {
      const tokens = new Map<string, string>();
      return {
        claim: async (id, options) => {
          const claim = await good.claim(id, options);
          if (claim.kind === "claimed") tokens.set(id, claim.token);
          return claim;
        },
        confirm: async (id, _token, options) => good.confirm(id, tokens.get(id) ?? "", options),
      };
    },
    "confirm() can be repeated, but only by the holder",
  ],
  "never opens a claim again": [
    (good) => ({ claim: (id) => good.claim(id, { leaseMs: 3_600_000 }) }),
    "a claim that is not confirmed in time is open to others",
  ],
};

const fast = { paceMs: 20, limitMs: 1500 };

test("runStoreConformance() passes a correct store, and says what it checked", async () => {
  const store = createMemoryStore();
  const { passed, failed } = await runStoreConformance(() => store, fast);
  expect(failed).toEqual([]);
  expect(passed.length).toBeGreaterThan(40);
  for (const [, named] of Object.values(broken)) expect(passed).toContain(named);
});

test.concurrent.each(Object.entries(broken))(
  "runStoreConformance() catches a store that %s",
  async (_what, [breaking, named]) => {
    const good = createMemoryStore();
    const store = { ...good, ...breaking(good) };
    const failure = await runStoreConformance(() => store, fast).then(
      () => expect.fail("it passed"),
      (error: Error) => error,
    );
    expect(failure.message).toContain(`- ${named}: `);
    expect((failure.cause as AggregateError).errors.length).toBeGreaterThan(0);
  },
);

async function overwrite(good: Store, key: string, write: Omit<Write, "expectedVersion">) {
  const expectedVersion = (await good.read(key))?.version ?? 0;
  return good.compareAndSet(key, { ...write, expectedVersion });
}

function asPath(key: string): string {
  return new URL(`file:///${key}`).pathname.slice(0, 512);
}
