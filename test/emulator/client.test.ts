/** `clientOptions`: a client of this package works with an emulator, with and without a socket. */

import { createClient } from "airwallex-connect";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
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
    if ("close" in emulator) await emulator.close();
  }
});

test("a token that dies under a client is replaced once", async () => {
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
