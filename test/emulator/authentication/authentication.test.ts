/** Logging in, and how long a token is valid. */

import { startEmulator } from "airwallex-connect/emulator";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { expect, test } from "vitest";
import { connect, login } from "../api.js";

test("login returns 201 with a JWT that says for whom and until when", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const { status, body } = await login(emulator);
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual(["expires_at", "token"]);
  expect(body.expires_at).toBe("2026-09-01T10:30:00+00:00");
  expect(decodeProtectedHeader(body.token)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(decodeJwt(body.token)).toMatchObject({
    account_id: emulator.accounts.platformId,
    org_id: expect.stringMatching(/^org_/),
    api_version: "2026-08-21",
    exp: Date.parse("2026-09-01T10:30:00Z") / 1_000,
  });
});

test.each([
  ["a wrong key", { "x-api-key": "wrong" }],
  ["a wrong client id", { "x-client-id": "wrong" }],
  ["an account that the key does not belong to", { "x-login-as": "acct_other" }],
])("login refuses %s", async (_, headers) => {
  await using emulator = await startEmulator();
  expect(await login(emulator, headers)).toMatchObject({
    status: 401,
    body: { code: "credentials_invalid" },
  });
});

test("login accepts x-login-as when it names the key's own account", async () => {
  await using emulator = await startEmulator();
  const { platformId } = emulator.accounts;
  expect((await login(emulator, { "x-login-as": platformId })).status).toBe(201);
});

test("login accepts the credentials in the options, and no others", async () => {
  await using emulator = await startEmulator({ clientId: "mine", apiKey: "secret" });
  expect((await login(emulator)).status).toBe(401);
  const mine = { "x-client-id": "mine", "x-api-key": "secret" };
  expect((await login(emulator, mine)).status).toBe(201);
});

test("a token is valid until its expiry by the emulator's clock", async () => {
  await using emulator = await startEmulator({ frozen: true });
  const api = await connect(emulator);
  emulator.clock.advance("29m");
  emulator.clock.advance(59_999);
  expect((await api("GET", "/api/v1/account")).status).toBe(200);
  emulator.clock.advance(1);
  expect(await api("GET", "/api/v1/account")).toMatchObject({
    status: 401,
    body: { code: "credentials_expired" },
  });
});

test("a token lives as long as tokenLifetimeMs says", async () => {
  await using emulator = await startEmulator({ tokenLifetimeMs: 60_000 });
  const api = await connect(emulator);
  emulator.clock.advance("61s");
  expect((await api("GET", "/api/v1/account")).body.code).toBe("credentials_expired");
});

test("revokeAll() invalidates the tokens issued so far, and no later ones", async () => {
  await using emulator = await startEmulator();
  const before = await connect(emulator);
  emulator.tokens.revokeAll();
  expect(await before("GET", "/api/v1/account")).toMatchObject({
    status: 401,
    body: { code: "credentials_invalid" },
  });
  const after = await connect(emulator);
  expect((await after("GET", "/api/v1/account")).status).toBe(200);
});
