/** Connections as tests see them, how they end, and who is told. */

import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { createClock } from "../../../src/emulator/engine/clock.js";
import { readOptions } from "../../../src/emulator/engine/options.js";
import { createWorld } from "../../../src/emulator/engine/world.js";
import { connect, connectionId, endWithAccounts } from "../../../src/emulator/oauth/connections.js";
import { createOAuthControls } from "../../../src/emulator/oauth/oauth-controls.js";
import { type AuthorizationRequest, oauthOf } from "../../../src/emulator/oauth/oauth-store.js";
import { connect as logIn } from "../api.js";
import { minimal } from "../inputs.js";
import { connectAccount, consent, exchange, readAccount, refresh, usualApp } from "./app.js";

test("a connection is listed once its code has been exchanged", async () => {
  const emulator = createEmulator();
  const code = consent(emulator, { scope: "account_details:read file:upload" });
  expect(emulator.oauth.connections).toEqual([]);
  const { body } = await exchange(emulator, code);
  const id = Buffer.from(`appid_emulator:${body.account_id}`).toString("base64");
  expect(emulator.oauth.connections).toEqual([
    {
      id: id.replace(/=+$/, ""),
      clientId: "appid_emulator",
      accountId: body.account_id,
      status: "CONNECTED",
      authorizedScopes: ["account_details:read", "file:upload"],
      disconnected: undefined,
      refreshes: 0,
      spent: 0,
    },
  ]);
});

test.each([
  ["a", "acct_1", "YTphY2N0XzE"],
  ["ab", "acct_1", "YWI6YWNjdF8x"],
  ["abc", "acct_1", "YWJjOmFjY3RfMQ"],
])("the id of %s with %s is %s", (clientId, accountId, id) => {
  expect(connectionId(clientId, accountId)).toBe(id);
});

test.each(["id", "accountId"] as const)("disconnect() takes the %s", async (name) => {
  const emulator = createEmulator();
  const { access_token, refresh_token } = await connectAccount(emulator);
  emulator.oauth.disconnect(emulator.oauth.connections[0]?.[name] ?? "");
  expect((await readAccount(emulator, access_token)).status).toBe(401);
  expect((await refresh(emulator, refresh_token)).body.error).toBe("invalid_grant");
  expect(emulator.oauth.connections).toMatchObject([
    { status: "DISCONNECTED", disconnected: "customer" },
  ]);
});

test("disconnect() refuses an account that is not connected", () => {
  expect(() => createEmulator().oauth.disconnect("acct_unknown")).toThrow(RangeError);
});

test("disconnect() of one app leaves the other apps alone", async () => {
  const other = { ...usualApp, clientId: "appid_other", clientSecret: "other" };
  const emulator = createEmulator({ oauth: { apps: [usualApp, other] } });
  const { access_token } = await connectAccount(emulator);
  const code = consent(emulator, { clientId: "appid_other" });
  await exchange(emulator, code, { client_id: "appid_other", client_secret: "other" });
  emulator.oauth.disconnect(emulator.oauth.connections[1]?.id ?? "");
  expect((await readAccount(emulator, access_token)).status).toBe(200);
});

test("a second consent replaces the first without ending the connection", async () => {
  const emulator = createEmulator();
  const first = await connectAccount(emulator);
  const second = await connectAccount(emulator, { scope: "account_details:read balance:read" });
  expect((await readAccount(emulator, first.access_token)).status).toBe(401);
  expect((await refresh(emulator, first.refresh_token)).body.error).toBe("invalid_grant");
  expect((await readAccount(emulator, second.access_token)).status).toBe(200);
  expect(emulator.oauth.connections).toMatchObject([
    { status: "CONNECTED", authorizedScopes: ["account_details:read", "balance:read"] },
  ]);
});

test("a connection that has ended can be made again", async () => {
  const emulator = createEmulator();
  await connectAccount(emulator);
  emulator.oauth.disconnect(emulator.oauth.connections[0]?.id ?? "");
  const { access_token } = await connectAccount(emulator);
  expect((await readAccount(emulator, access_token)).status).toBe(200);
  expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
});

test.each(["SUSPENDED", "CLOSED"])("a connection ends when its account is %s", async (status) => {
  const emulator = createEmulator();
  const { access_token } = await connectAccount(emulator);
  const unused = consent(emulator);
  const accountId = emulator.oauth.connections[0]?.accountId ?? "";
  emulator.accounts.setStatus(accountId, status);
  expect((await readAccount(emulator, access_token)).status).toBe(401);
  expect(emulator.oauth.connections).toMatchObject([{ disconnected: "account" }]);
  expect((await exchange(emulator, unused)).body.error).toBe("invalid_grant");
  expect(() => consent(emulator, { accountId })).toThrow(RangeError);
});

test("accounts of the platform can be connected once they are active", async () => {
  const emulator = createEmulator();
  const api = await logIn(emulator);
  const { id } = (await api("POST", "/api/v1/accounts/create", minimal)).body;
  expect(() => consent(emulator, { accountId: id })).toThrow(RangeError);
  emulator.accounts.setStatus(id, "ACTIVE");
  const { access_token } = await connectAccount(emulator, { accountId: id });
  expect((await readAccount(emulator, access_token)).body).toMatchObject({ id, status: "ACTIVE" });
});

test("a customer who signs up connects a new account, which does not belong to the platform", async () => {
  const emulator = createEmulator();
  const signUp = { name: "Fresh Pty Ltd", email: "fresh@example.com" };
  const { access_token } = await connectAccount(emulator, { signUp });
  const { body } = await readAccount(emulator, access_token);
  expect(body).toMatchObject({
    status: "CREATED",
    account_details: { business_details: { business_name: "Fresh Pty Ltd" } },
    primary_contact: { email: "fresh@example.com" },
  });
  expect(emulator.accounts.list()).toEqual([]);
  expect(emulator.accounts.get(body.id)).toMatchObject({ id: body.id });
});

test("consent() returns what the page would", () => {
  const { oauth } = createEmulator();
  const asked = {
    redirectUri: "http://localhost:3000/cb?keep=1",
    scope: "file:upload",
    state: "s&t",
  };
  const allowed = new URL(oauth.consent(asked));
  expect(Object.fromEntries(allowed.searchParams)).toEqual({
    keep: "1",
    code: expect.any(String),
    state: "s&t",
  });
  const declined = new URL(oauth.consent({ ...asked, decline: true })).searchParams;
  expect([declined.get("error"), declined.get("state")]).toEqual(["access_denied", "s&t"]);
  const wrong = new URL(oauth.consent({ ...asked, scope: "nonsense" })).searchParams;
  expect(wrong.get("error")).toBe("invalid_scope");
  expect(() => oauth.consent({ ...asked, clientId: "appid_unknown" })).toThrow(RangeError);
  expect(() => oauth.consent({ ...asked, redirectUri: "https://x.example/" })).toThrow(RangeError);
});

test("subscribers hear of a connection once when it begins and once when it ends", () => {
  const settings = readOptions({ now: 0, frozen: true });
  const world = endWithAccounts(createWorld(settings, createClock(settings)));
  const access = createOAuthControls(() => world);
  const heard: unknown[] = [];
  oauthOf(world).connections.changes.subscribe(({ record, atMs }) =>
    heard.push({ id: record.id, status: record.status, disconnected: record.disconnected, atMs }),
  );
  const [account] = world.accounts.customers.values();
  if (account === undefined) throw new Error("there is no customer");
  const request = { app: usualApp, scopes: ["file:upload"] } as unknown as AuthorizationRequest;
  connect(world, request, account);
  world.clock.advance("1m");
  access.disconnect(account.id);
  access.disconnect(account.id);
  const [connection] = access.connections;
  expect(connection).toMatchObject({ accountId: account.id, authorizedScopes: ["file:upload"] });
  expect(heard).toEqual([
    { id: connection?.id, status: "CONNECTED", disconnected: undefined, atMs: 0 },
    { id: connection?.id, status: "DISCONNECTED", disconnected: "customer", atMs: 60_000 },
  ]);
});

test("reset() returns OAuth to its initial state", async () => {
  const emulator = createEmulator({ now: 0, frozen: true });
  const first = await exchange(emulator, consent(emulator));
  const unused = consent(emulator);
  emulator.reset();
  expect(emulator.oauth.connections).toEqual([]);
  expect((await readAccount(emulator, first.body.access_token)).status).toBe(401);
  expect((await refresh(emulator, first.body.refresh_token)).status).toBe(400);
  expect((await exchange(emulator, unused)).status).toBe(400);
  const again = await exchange(emulator, consent(emulator));
  expect(again.body.refresh_token).toBe(first.body.refresh_token);
});
