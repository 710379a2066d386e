/** `clientOptions`: a client of this package works with an emulator, with and without a socket. */

import { createClient } from "airwallex-connect";
import {
  createEmulator,
  type Emulator,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { individual } from "./inputs.js";

test.each([
  ["with a socket", startEmulator],
  ["without one", async () => createEmulator()],
])("an account is opened, verified and read by the client %s", async (_, make) => {
  const emulator = await make();
  const client = createClient(emulator.clientOptions);
  try {
    const account = await client.accounts.create(structuredClone(individual) as never);
    await client.accounts.submit(account.id);
    const active = await client.simulation.accounts.updateStatus(account.id, {
      next_status: "ACTIVE",
      force: false,
    });
    expect(active.status).toBe("ACTIVE");
    expect(await client.accounts.retrieve(account.id)).toEqual(active);
    expect(emulator.requests.map(({ endpoint }) => endpoint)).toEqual([
      "authentication.login",
      "accounts.create",
      "accounts.submit",
      "simulation.accounts.updateStatus",
      "accounts.retrieve",
    ]);
  } finally {
    await client.close();
    await (emulator as Partial<RunningEmulator>).close?.();
  }
});

test("a token that stops working under a client is replaced once", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  await client.accounts.current();
  emulator.tokens.revokeAll();
  await client.accounts.current();
  expect(emulator.requests.map(({ endpoint, status }) => [endpoint, status])).toEqual([
    ["authentication.login", 201],
    ["accounts.current", 200],
    ["accounts.current", 401],
    ["authentication.login", 201],
    ["accounts.current", 200],
  ]);
});

test.each([
  ["reset()", (emulator: Emulator) => emulator.reset()],
  ["tokens.revokeAll()", (emulator: Emulator) => emulator.tokens.revokeAll()],
  ["clock.advance()", (emulator: Emulator) => emulator.clock.advance("31m")],
])(
  "a client shared by all tests survives %s before each of them, without a pause",
  async (_, end) => {
    const emulator = createEmulator();
    const client = createClient(emulator.clientOptions);
    for (let i = 0; i < 5; i++) {
      end(emulator);
      await client.accounts.list();
      await client.accounts.current();
    }
  },
);

test("a token that keeps expiring at once is not blamed on permissions", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  await client.accounts.current();
  const body = { code: "credentials_expired", message: "The access token has expired." };
  emulator.faults.next("accounts.current", { status: 401, body }, { times: 2 });
  const error = await client.accounts.current().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "token_refused", attempts: 2 });
  expect(String(error)).toContain("it ended before its time; call again in a few seconds");
  expect(String(error)).not.toContain("allow-list");
});
