/** Closing a client while tokens are on their way: what was issued is stored first, or named. */

import {
  defaultOAuthClientId as clientId,
  defaultOAuthClientSecret as clientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient, type Store, UnsavedTokensError } from "../../src/index.js";
import type { ConnectionRecord } from "../../src/oauth/connection-record.js";
import { titled } from "../servers.js";
import { type Place, places, stores } from "./rotation/process-tools.js";

const redirectUri = "http://127.0.0.1:3000/callback";
const scope = "account_details:read";
const now = performance.now.bind(performance);

let emulator: RunningEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

/** A connection that has been used, and is kept in this store. */
async function connect(store: Store) {
  /** Requests to the token endpoint that have left. */
  const asked = { count: 0 };
  const client = createClient({
    ...{ environment: "sandbox", baseUrl: emulator.url },
    fetch(url, init) {
      if (String(url).endsWith("/oauth/token")) asked.count++;
      return fetch(url, init);
    },
    oauth: { clientId, clientSecret, redirectUri, scopes: [scope], store },
  });
  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  const state = url.searchParams.get("state") ?? "";
  const back = emulator.oauth.consent({ redirectUri, scope, state });
  const { id } = (await client.oauth.handleCallback(back, { session: "s" })).connection;
  const customer = client.oauth.connection(id);
  await customer.accounts.current();
  const read = async (): Promise<ConnectionRecord> => {
    const stored = await store.read(`airwallex:connection:${id}`);
    return JSON.parse(stored?.value ?? "null") as ConnectionRecord;
  };
  return { client, customer, id, asked, read };
}

/** Lets time go by for this process, until access tokens are in their last minute. */
function growOld(): void {
  vi.spyOn(performance, "now").mockImplementation(() => now() + 245_000);
  onTestFinished(() => void vi.restoreAllMocks());
}

describe.each(stores)("client.close()", (name, missing) => {
  let place: Place;
  beforeAll(async () => {
    if (missing === undefined) place = await places[name]();
  });
  afterAll(() => place?.close());

  test.skipIf(missing)(
    titled(`waits for a renewal in the background, and for its pair to be in ${name}`, missing),
    async () => {
      const { client, customer, asked, read } = await connect(place.store);
      const before = await read();
      growOld();
      let answer: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const held = emulator.faults.next("oauth.token", { until });
      onTestFinished(() => held.remove());
      const askedBefore = asked.count;
      // Answered at once, with the old token.
      await customer.accounts.current();
      await expect.poll(() => asked.count).toBe(askedBefore + 1);
      const closing = client.close();
      await expect(customer.accounts.current()).rejects.toMatchObject({ code: "unreachable" });
      answer();
      await closing;
      const after = await read();
      expect(after.refreshToken).not.toBe(before.refreshToken);
      expect(after.spentBy).toBeUndefined();
    },
  );
});

/** A store that can be closed before the client is; it then takes marks, and no pairs. */
function closable() {
  const inner = createMemoryStore();
  const gate = { isClosed: false };
  const store: Store = {
    ...inner,
    compareAndSet: (key, write) =>
      gate.isClosed && !write.keepLease
        ? Promise.reject(new Error("Connection is closed."))
        : inner.compareAndSet(key, write),
  };
  return { gate, store };
}

test("client.close() names the connections whose tokens are not stored, and stores them when closed again", async () => {
  const { gate, store } = closable();
  const { client, id, read } = await connect(store);
  const before = await read();
  gate.isClosed = true;
  await client.oauth.refresh(id);
  const error = await client.close({ timeoutMs: 200 }).catch((reason: unknown) => reason);
  if (!(error instanceof UnsavedTokensError)) throw error;
  expect(error.connectionIds).toEqual([id]);
  expect((await read()).refreshToken).toBe(before.refreshToken);
  gate.isClosed = false;
  await client.close();
  expect((await read()).refreshToken).not.toBe(before.refreshToken);
});

test("client.close() loses nothing where the store comes back while it waits", async () => {
  const { gate, store } = closable();
  const { client, id, read } = await connect(store);
  const before = await read();
  gate.isClosed = true;
  await client.oauth.refresh(id);
  const closing = client.close();
  gate.isClosed = false;
  await closing;
  expect((await read()).refreshToken).not.toBe(before.refreshToken);
});

test("client.close() lets a refresh that still waits for another process spend nothing", async () => {
  const inner = createMemoryStore();
  let waiting = 0;
  const store: Store = {
    ...inner,
    withLease(...asked) {
      waiting++;
      return inner.withLease(...asked);
    },
  };
  const { client, id, asked, read } = await connect(store);
  const before = await read();
  const askedBefore = asked.count;
  let leave: () => void = () => undefined;
  const other = inner.withLease(
    `airwallex:connection:${id}`,
    { leaseMs: 30_000, waitMs: 1000 },
    () =>
      new Promise<void>((resolve) => {
        leave = resolve;
      }),
  );
  const waitingBefore = waiting;
  const refreshing = client.oauth.refresh(id).catch((error: unknown) => error);
  await expect.poll(() => waiting).toBeGreaterThan(waitingBefore);
  const closing = client.close();
  leave();
  await Promise.all([other, closing]);
  const told = { code: "refresh_unavailable", outcome: "not_done" };
  expect(await refreshing).toMatchObject(told);
  expect(asked.count).toBe(askedBefore);
  expect(await read()).toEqual(before);
});

test.each([Number.NaN, -1, "10", null])(
  "client.close() refuses %o as timeoutMs",
  async (timeoutMs) => {
    const { client } = await connect(createMemoryStore());
    const closing = client.close({ timeoutMs: timeoutMs as number });
    await expect(closing).rejects.toThrow("Cannot close the client: timeoutMs is");
    await client.close();
  },
);
