/** What an access token is, what it may do, and when it stops working. */

import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { type Answer, connect, send } from "../api.js";
import { connectAccount, consent, exchange, readAccount } from "./app.js";

test("an access token is a JWT that the published key verifies", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const { body: metadata } = await send(emulator, "GET", "/.well-known/oauth-authorization-server");
  expect(metadata).toMatchObject({
    issuer: emulator.url,
    authorization_endpoint: `${emulator.url}/oauth/authorize`,
    token_endpoint: `${emulator.url}/oauth/token`,
    code_challenge_methods_supported: ["S256"],
  });
  const { body } = await exchange(emulator, consent(emulator));
  const { payload } = await jwtVerify(
    body.access_token,
    createRemoteJWKSet(new URL(metadata.jwks_uri)),
    { issuer: emulator.url, currentDate: new Date("2026-09-01T10:01:00Z") },
  );
  expect(payload).toEqual({
    iss: emulator.url,
    sub: body.account_id,
    account_id: body.account_id,
    org_id: body.org_id,
    client_id: "appid_emulator",
    scope: "account_details:read",
    iat: Date.parse("2026-09-01T10:00:00Z") / 1_000,
    exp: Date.parse("2026-09-01T10:05:00Z") / 1_000,
    jti: expect.any(String),
  });
});

test("the OpenID configuration has the same metadata", async () => {
  const emulator = createEmulator();
  const [first, second] = await Promise.all(
    ["oauth-authorization-server", "openid-configuration"].map((name) =>
      send(emulator, "GET", `/.well-known/${name}`),
    ),
  );
  expect(first?.body).toEqual(second?.body);
});

test("an access token is valid for 5 minutes by the emulator's clock", async () => {
  const emulator = createEmulator({ frozen: true });
  const { access_token } = await connectAccount(emulator);
  emulator.clock.advance(5 * 60_000 - 1);
  expect((await readAccount(emulator, access_token)).status).toBe(200);
  emulator.clock.advance(1);
  expect(await readAccount(emulator, access_token)).toMatchObject({
    status: 401,
    body: { code: "credentials_expired" },
  });
});

test("a token that was tampered with is refused", async () => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator);
  expect(await readAccount(emulator, `${access_token.slice(0, -4)}AAAA`)).toMatchObject({
    status: 401,
    body: { code: "credentials_invalid" },
  });
});

test("x-on-behalf-of is refused, whatever account it names", async () => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator);
  const { account_id } = decodeJwt(access_token);
  for (const other of [emulator.accounts.platformId, String(account_id), "acct_unknown"]) {
    const headers = { authorization: `Bearer ${access_token}`, "x-on-behalf-of": other };
    expect(await send(emulator, "GET", "/api/v1/account", undefined, headers)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
  }
});

const older = "r:awx_action:settings.account_details_view";

test.each([
  ["GET", "/api/v1/account", "account_details:read", 200],
  ["GET", "/api/v1/account", older, 200],
  ["GET", "/api/v1/account", "balance:read", 403],
  ["GET", "/api/v1/account/wallet_info", older, 403],
  ["POST", "/api/v1/files/download_links", "file:upload", 403],
  ["POST", "/api/v1/files/upload", "file:upload", 400],
  ["POST", "/api/v1/files/upload", "balance:read", 403],
  ["GET", "/api/v1/accounts", "account_details:read", 403],
  ["POST", "/api/v1/accounts/create", "account_details:read", 403],
  ["POST", "/api/v1/simulation/accounts/x/offboardings/x/cancel", "simulation:write", 404],
  ["POST", "/api/v1/simulation/deposits/x/settle", "simulation:write", 404],
  ["POST", "/api/v1/simulation/deposits/x/settle", "balance:read", 403],
  ["POST", "/api/v1/platform_reports/create", "simulation:write", 403],
])("%s %s with %s returns %i", async (method, path, scope, status) => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator, { scope });
  const body = path.endsWith("links") ? { file_ids: ["x"] } : undefined;
  const authorization = `Bearer ${access_token}`;
  expect((await send(emulator, method, path, body, { authorization })).status).toBe(status);
});

test("a refusal names the missing scope", async () => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator, { scope: "balance:read" });
  expect((await readAccount(emulator, access_token)).body).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("[account_details:read]"),
  });
});

test("revoking the API key's tokens leaves those of connections alone", async () => {
  const emulator = createEmulator();
  const platform = await connect(emulator);
  const { access_token } = await connectAccount(emulator);
  emulator.tokens.revokeAll();
  expect((await platform("GET", "/api/v1/account")).status).toBe(401);
  expect((await readAccount(emulator, access_token)).status).toBe(200);
});

test("the same seed gives the same tokens, apart from the signature", async () => {
  const claims = async (): Promise<unknown> => {
    const emulator = createEmulator({ now: 0, frozen: true });
    const { body }: Answer = await exchange(emulator, consent(emulator));
    return { ...body, access_token: decodeJwt(body.access_token) };
  };
  expect(await claims()).toEqual(await claims());
});
