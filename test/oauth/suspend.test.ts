/**
 * A machine that sleeps while an answer is missing: its monotonic clock stands still meanwhile
 * (nodejs/node#47724), and the minute in which a refresh token may be spent again goes by.
 */

import { createClient } from "airwallex-connect";
import {
  defaultOAuthClientId as clientId,
  defaultOAuthClientSecret as clientSecret,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { expect, onTestFinished, test, vi } from "vitest";

const redirectUri = "http://127.0.0.1:3000/callback";
const scope = "account_details:read";

/** Refreshes a connection, of which the first answer is lost just before the machine sleeps. */
async function refreshAsleep(sleepMs: number) {
  // Before the client is made, which takes the clock as it finds it. Timers and `performance` are real.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  let isConnected = false;
  const emulator = await startEmulator({
    onRequest({ path }) {
      if (path !== "/oauth/token" || !isConnected) return;
      if (++asked === 1) vi.setSystemTime(Date.now() + sleepMs);
    },
  });
  onTestFinished(() => emulator.close());
  const client = createClient({
    ...{ environment: "sandbox", baseUrl: emulator.url },
    oauth: { clientId, clientSecret, redirectUri, scopes: [scope], store: createMemoryStore() },
  });
  onTestFinished(() => client.close());
  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  const state = url.searchParams.get("state") ?? "";
  const back = emulator.oauth.consent({ redirectUri, scope, state });
  const { id } = (await client.oauth.handleCallback(back, { session: "s" })).connection;
  isConnected = true;
  emulator.faults.next("oauth.token", { cut: "after" });
  const told = await client.oauth.refresh(id).then(
    () => "refreshed",
    ({ code }: { readonly code: string }) => code,
  );
  return { told, asked, connection: emulator.oauth.connections[0] };
}

test("a refresh token is not spent again after the machine slept through its minute", async () => {
  const { told, asked, connection } = await refreshAsleep(65_000);
  expect(asked).toBe(1);
  expect(["refresh_unavailable", "refresh_outcome_unknown"]).toContain(told);
  expect(connection).toMatchObject({ status: "CONNECTED", disconnected: undefined });
});

test("a refresh token is spent again after a short sleep, and nothing is lost", async () => {
  const { told, asked, connection } = await refreshAsleep(5000);
  expect([told, asked]).toEqual(["refreshed", 2]);
  expect(connection).toMatchObject({ status: "CONNECTED", refreshes: 2, spent: 1 });
});
