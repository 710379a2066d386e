/** The grant `authorization_code`, over a socket and without one. */

import { createEmulator, type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import {
  codeChallenge,
  connectAccount,
  consent,
  credentials,
  exchange,
  type OAuthTarget,
  publicApp,
  readAccount,
  redirectUri,
  refresh,
  usualApp,
  verifier,
} from "./app.js";

const invalidGrant = { status: 400, body: { code: "invalid_grant", error: "invalid_grant" } };

const starts = [
  ["over a socket", startEmulator],
  ["without a socket", async () => createEmulator()],
] as const;

test.each(starts)("a code is exchanged for tokens %s", async (_, start) => {
  const emulator = await start();
  const code = consent(emulator, { scope: "account_details:read balance:read" });
  const { status, headers, body } = await exchange(emulator, code);
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(body).toEqual({
    access_token: expect.stringMatching(/^ey/),
    refresh_token: expect.any(String),
    expires_in: 300,
    token_type: "bearer",
    refresh_token_expires_in: 90 * 86_400,
    account_id: expect.stringMatching(/^acct_/),
    org_id: expect.stringMatching(/^org_/),
    scope: "account_details:read balance:read",
  });
  expect((await readAccount(emulator, body.access_token)).body.id).toBe(body.account_id);
  await (emulator as Partial<RunningEmulator>).close?.();
});

test.each(["/oauth/token", "/oauth/token/"])("a form is accepted at %s", async (path) => {
  await using emulator = await startEmulator();
  const body = new URLSearchParams({
    ...credentials,
    grant_type: "authorization_code",
    code: consent(emulator),
    redirect_uri: redirectUri,
    code_verifier: "",
  });
  const answer = await fetch(emulator.url + path, { method: "POST", body });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ token_type: "bearer" });
});

test("lifetimes are taken from the options", async () => {
  const oauth = { accessTokenLifetimeMs: 60_000, refreshTokenLifetimeMs: 3_600_000 };
  const emulator = createEmulator({ oauth });
  expect((await exchange(emulator, consent(emulator))).body).toMatchObject({
    expires_in: 60,
    refresh_token_expires_in: 3_600,
  });
});

test.each([
  [5 * 60_000 - 1, 200],
  [5 * 60_000, 400],
])("a code that is %i ms old returns %i", async (ageMs, status) => {
  const emulator = createEmulator({ frozen: true });
  const code = consent(emulator);
  emulator.clock.advance(ageMs);
  expect((await exchange(emulator, code)).status).toBe(status);
});

test("a code that is used twice is refused, and the tokens it gave are revoked", async () => {
  const emulator = createEmulator();
  const code = consent(emulator);
  const { body } = await exchange(emulator, code);
  expect(await exchange(emulator, code)).toMatchObject(invalidGrant);
  expect((await readAccount(emulator, body.access_token)).status).toBe(401);
  expect(await refresh(emulator, body.refresh_token)).toMatchObject(invalidGrant);
  expect(emulator.oauth.connections).toMatchObject([
    { status: "DISCONNECTED", disconnected: "code_reuse" },
  ]);
});

test("an old code that is used twice does not revoke the tokens of a newer one", async () => {
  const emulator = createEmulator();
  const old = consent(emulator);
  await exchange(emulator, old);
  const { refresh_token } = await connectAccount(emulator);
  expect(await exchange(emulator, old)).toMatchObject(invalidGrant);
  expect((await refresh(emulator, refresh_token)).status).toBe(200);
});

const challenged = { codeChallenge };

test.each([
  ["an unknown code", {}, { code: "code_unknown" }],
  ["another redirect URI", {}, { redirect_uri: `${redirectUri}/` }],
  ["a verifier without a challenge", {}, { code_verifier: verifier }],
  ["a challenge without a verifier", challenged, {}],
  ["a wrong verifier", challenged, { code_verifier: `${verifier}!` }],
  ["the challenge for a verifier", challenged, { code_verifier: codeChallenge }],
])("%s is refused, and the code stays valid", async (_, asked, sent) => {
  const emulator = createEmulator();
  const code = consent(emulator, asked);
  expect(await exchange(emulator, code, sent)).toMatchObject({
    ...invalidGrant,
    body: { source: "code", message: expect.any(String), error_description: expect.any(String) },
  });
  const right = asked === challenged ? { code_verifier: verifier } : {};
  expect((await exchange(emulator, code, right)).status).toBe(200);
});

test("another app's code is refused, and nothing is revoked", async () => {
  const other = { ...usualApp, clientId: "appid_other", clientSecret: "other" };
  const emulator = createEmulator({ oauth: { apps: [usualApp, other] } });
  const code = consent(emulator);
  const asOther = { client_id: "appid_other", client_secret: "other" };
  expect(await exchange(emulator, code, asOther)).toMatchObject(invalidGrant);
  const { body } = await exchange(emulator, code);
  expect(await exchange(emulator, code, asOther)).toMatchObject(invalidGrant);
  expect((await refresh(emulator, body.refresh_token)).status).toBe(200);
});

test("a public app authenticates with its verifier, and then refreshes without a secret", async () => {
  const emulator = createEmulator({ oauth: { apps: [publicApp] } });
  const as = { client_id: publicApp.clientId, client_secret: undefined };
  const code = consent(emulator, { clientId: publicApp.clientId, codeChallenge });
  const { status, body } = await exchange(emulator, code, { ...as, code_verifier: verifier });
  expect(status).toBe(200);
  expect((await refresh(emulator, body.refresh_token, as)).status).toBe(200);
});

test.each([
  ["an unknown client", { client_id: "appid_unknown" }],
  ["a wrong secret", { client_secret: "wrong" }],
  ["no secret", { client_secret: undefined }],
  ["an empty secret", { client_secret: "" }],
  ["a secret for a public app", { client_id: publicApp.clientId }],
])("%s returns 401 invalid_client, and the code stays valid", async (_, wrong) => {
  const emulator = createEmulator({ oauth: { apps: [usualApp, publicApp] } });
  const code = consent(emulator);
  expect(await exchange(emulator, code, wrong)).toMatchObject({
    status: 401,
    body: { code: "invalid_client", error: "invalid_client" },
  });
  expect((await exchange(emulator, code)).status).toBe(200);
});

test.each([
  ["no grant type", { grant_type: undefined }, "invalid_request"],
  ["an unknown grant type", { grant_type: "password" }, "unsupported_grant_type"],
  ["no client id", { client_id: undefined }, "invalid_request"],
  ["no code", { code: undefined }, "invalid_request"],
  ["no redirect URI", { redirect_uri: undefined }, "invalid_request"],
  ["a number for a code", { code: 5 }, "invalid_request"],
  ["no refresh token", { grant_type: "refresh_token" }, "invalid_request"],
])("%s returns 400 %s", async (_, wrong, error) => {
  const emulator = createEmulator();
  expect(await exchange(emulator, "code", wrong)).toMatchObject({
    status: 400,
    body: { code: error, error, message: expect.any(String) },
  });
});

describe("HTTP Basic", () => {
  const basic = (id: string, secret: string) =>
    `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;
  const { client_id, client_secret } = credentials;
  const authorization = basic(client_id, client_secret);

  async function post(
    target: OAuthTarget,
    authorization: string,
    more: Readonly<Record<string, string>> = {},
  ) {
    const code = more["code"] ?? consent(target);
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    const response = await target.fetch("http://emulator.localhost/oauth/token", {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...grant, ...more }).toString(),
    });
    return { response, body: (await response.json()) as Record<string, unknown> };
  }

  test.each([
    ["without credentials in the body", {}],
    ["with the client id in the body too", { client_id }],
  ])("authenticates an app, %s", async (_, more) => {
    const { response, body } = await post(createEmulator(), authorization, more);
    expect(response.status).toBe(200);
    expect(body["access_token"]).toEqual(expect.any(String));
  });

  test("decodes both parts as RFC 6749 says", async () => {
    const app = { ...usualApp, clientId: "app:1", clientSecret: "a secret+with %41&=: signs" };
    const emulator = createEmulator({ oauth: { apps: [app] } });
    const code = consent(emulator, { clientId: app.clientId });
    const { response } = await post(emulator, basic(app.clientId, app.clientSecret), { code });
    expect(response.status).toBe(200);
  });

  test.each([
    ["a wrong secret", basic(client_id, "wrong"), {}],
    ["an unknown app", basic("appid_unknown", client_secret), {}],
    ["no colon", `Basic ${Buffer.from(client_id).toString("base64")}`, {}],
    ["another app's id in the body", authorization, { client_id: "appid_other" }],
  ])("%s returns 401 invalid_client with a challenge", async (_, authorization, more) => {
    const { response, body } = await post(createEmulator(), authorization, more);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(body).toMatchObject({ code: "invalid_client", error: "invalid_client" });
  });

  test("a secret in the body as well is refused", async () => {
    const { response, body } = await post(createEmulator(), authorization, { client_secret });
    expect([response.status, body["error"]]).toEqual([400, "invalid_request"]);
  });
});

test("a body that is not JSON is refused in both dialects", async () => {
  const emulator = createEmulator();
  const answer = await emulator.fetch("http://emulator.localhost/oauth/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: "invalid_request", error: "invalid_request" });
});

test("other endpoints do not accept forms", async () => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator, { scope: "beneficiary:write" });
  const answer = await emulator.fetch("http://emulator.localhost/api/v1/beneficiaries/create", {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}` },
    body: new URLSearchParams({ nickname: "x" }),
  });
  expect(await answer.json()).toMatchObject({ code: "bad_request" });
});
