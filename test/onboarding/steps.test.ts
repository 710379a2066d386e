import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { expect, test } from "vitest";
import {
  ApiError,
  type ApiErrorCode,
  NetworkError,
  ValidationError,
} from "../../src/errors/index.js";
import { createRecords } from "../../src/onboarding/record.js";
import { pauseAfter, runSteps, type StepTools } from "../../src/onboarding/steps.js";
import type { Store } from "../../src/stores/store.js";
import { sellerOf } from "./sellers.js";

const facts = {
  operation: "accounts.submit",
  method: "POST",
  path: "/api/v1/accounts/acct_1/submit",
  outcome: "not_done",
  attempts: 4,
} as const;

function refused(code: ApiErrorCode, status: number): ApiError {
  const remote = {
    status,
    apiCode: undefined,
    remoteMessage: undefined,
    source: undefined,
    details: undefined,
    fieldErrors: [],
    traceId: undefined,
    retryAfterMs: undefined,
  };
  return new ApiError(code, remote, facts, { body: undefined });
}

test.each([
  ["a conflict", refused("conflict", 409)],
  ["a rate limit", refused("rate_limited", 429)],
  ["a server that fails", refused("server_error", 503)],
  ["a timeout", new NetworkError("timeout", "connecting", "Cannot call", facts)],
  ["a refused connection", new NetworkError("unreachable", "connecting", "", facts)],
  ["a lost answer", new NetworkError("response_lost", "waiting", "Cannot call", facts)],
])("pauseAfter() tries again after %s, four times, each wait up to twice as long", (_, error) => {
  for (const [failures, mostMs] of [1000, 2000, 4000, 8000].entries()) {
    const pauseMs = pauseAfter(error, failures) ?? 0;
    expect(pauseMs).toBeGreaterThanOrEqual(mostMs / 2);
    expect(pauseMs).toBeLessThanOrEqual(mostMs);
  }
  expect(pauseAfter(error, 4)).toBeUndefined();
});

test.each([
  ["wrong data", refused("invalid_request", 400)],
  ["a missing permission", refused("forbidden", 403)],
  ["wrong input", new ValidationError("accounts.submit", [])],
  ["an error of the app's own", new Error("timeout")],
])("pauseAfter() gives up at once after %s", (_, error) => {
  expect(pauseAfter(error, 0)).toBeUndefined();
});

const seller = sellerOf(1);
const prefix = "sellers:";
const key = `${prefix}${seller.identifier}`;

/** The steps of one seller on an emulator, with a store and a clock that a test can spoil. */
function startSteps({
  store = createMemoryStore(),
  now = () => performance.now(),
  onCreate = async () => {},
  sleep = async () => {},
}: {
  readonly store?: Store;
  readonly now?: () => number;
  /** Called when an account is about to be opened. */
  readonly onCreate?: () => Promise<void>;
  readonly sleep?: (ms: number) => Promise<void>;
}) {
  const emulator = createEmulator();
  const { clientOptions } = emulator;
  const { fetch = globalThis.fetch } = clientOptions;
  const client = createClient({
    ...clientOptions,
    fetch: async (input, init) => {
      if (String(input).endsWith("/accounts/create")) await onCreate();
      return fetch(input, init);
    },
  });
  const tools: StepTools = {
    accounts: client.accounts,
    files: client.files,
    records: createRecords(store, prefix, now),
    signal: new AbortController().signal,
    sleep,
    onStep: () => {},
  };
  const other = createClient(emulator.clientOptions);
  /** Opens the seller's account as another process would. */
  const openElsewhere = () =>
    other.accounts.create({ ...seller.create, identifier: seller.identifier });
  const identifiers = () => emulator.accounts.list().map(({ identifier }) => identifier);
  return { emulator, tools, openElsewhere, identifiers };
}

async function write(store: Store, progress: object): Promise<void> {
  const value = JSON.stringify(progress);
  const version = (await store.read(key))?.version ?? 0;
  await store.compareAndSet(key, { value, expiresAtMs: undefined, expectedVersion: version });
}

const stageIn = async (store: Store): Promise<unknown> =>
  JSON.parse((await store.read(key))?.value ?? "{}").stage;

test("runSteps() waits before it looks for the account of a create that may still be in progress", async () => {
  const store = createMemoryStore();
  await write(store, { stage: "creating" });
  const waits: number[] = [];
  const suite = startSteps({
    store,
    sleep: async (ms) => {
      waits.push(ms);
      // The create of the process that was killed ends only now.
      await suite.openElsewhere();
    },
  });
  expect(await runSteps(suite.tools, seller)).toMatchObject({ kind: "submitted" });
  expect(suite.identifiers()).toEqual([seller.identifier]);
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThan(0);
  expect(waits[0]).toBeLessThanOrEqual(5000);
});

test("runSteps() records that it opens an account before it does", async () => {
  const store = createMemoryStore();
  const stages: unknown[] = [];
  const { tools } = startSteps({
    store,
    onCreate: async () => void stages.push(await stageIn(store)),
  });
  await runSteps(tools, seller);
  expect(stages).toEqual(["creating"]);
});

test("runSteps() begins no step with too little of its lease left, and takes another lease", async () => {
  const memory = createMemoryStore();
  const requestsAtLease: number[] = [];
  const store: Store = {
    ...memory,
    withLease(own, options, work) {
      requestsAtLease.push(suite.emulator.requests.length);
      // The first lease has waited in some queue for half of its time.
      const lateMs = requestsAtLease.length === 1 ? 15_000 : 0;
      return memory.withLease(own, options, (lease) =>
        work({ ...lease, askedAtMs: lease.askedAtMs - lateMs }),
      );
    },
  };
  const suite = startSteps({ store });
  expect(await runSteps(suite.tools, seller)).toMatchObject({ kind: "submitted" });
  expect(requestsAtLease).toEqual([0, 0]);
});

test("runSteps() sends nothing under a lease that ended while its process was suspended", async () => {
  const memory = createMemoryStore();
  let suspendedMs = 0;
  const store: Store = {
    ...memory,
    async compareAndSet(own, change) {
      const written = await memory.compareAndSet(own, change);
      // Suspended after the first write, for longer than the lease.
      suspendedMs ||= 40_000;
      return written;
    },
    withLease(own, options, work) {
      const askedAtMs = performance.now() + suspendedMs;
      return memory.withLease(own, options, (lease) => work({ ...lease, askedAtMs }));
    },
  };
  let creates = 0;
  const leasesAtCreate: number[] = [];
  const suite = startSteps({
    store,
    now: () => performance.now() + suspendedMs,
    onCreate: async () => void leasesAtCreate.push(++creates),
  });
  expect(await runSteps(suite.tools, seller)).toMatchObject({ kind: "submitted" });
  expect(suite.identifiers()).toEqual([seller.identifier]);
  expect(leasesAtCreate).toEqual([1]);
});

test("runSteps() opens no account when the store refuses to record that it will", async () => {
  const memory = createMemoryStore();
  let refused = false;
  const store: Store = {
    ...memory,
    async compareAndSet(own, change) {
      if (refused) return memory.compareAndSet(own, change);
      refused = true;
      // Another process has taken over, and opens the account.
      await write(memory, { stage: "created", accountId: (await suite.openElsewhere()).id });
      return undefined;
    },
  };
  const suite = startSteps({ store });
  expect(await runSteps(suite.tools, seller)).toMatchObject({ kind: "submitted" });
  expect(suite.identifiers()).toEqual([seller.identifier]);
});
