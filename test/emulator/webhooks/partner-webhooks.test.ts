/** Webhooks of OAuth apps, as a caller sees them that knows nothing of this package. */

import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type Emulator,
} from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { type Answer, connect, send } from "../api.js";
import { connectAccount, readAccount, usualApp } from "../oauth/app.js";

const path = "/partner-api/v1/webhooks";
const version = "2026-08-21";

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

function call(
  emulator: Emulator,
  where: string,
  body?: unknown,
  authorization = basic(defaultOAuthClientId, defaultOAuthClientSecret),
): Promise<Answer> {
  const method = body === undefined ? "GET" : "POST";
  return send(emulator, method, path + where, body, { authorization });
}

let used = 0;

function create(emulator: Emulator, events: readonly string[], more: object = {}) {
  const request_id = `request ${++used}`;
  return call(emulator, "/create", {
    url: "http://a.localhost/",
    version,
    events,
    request_id,
    ...more,
  });
}

/** An emulator whose deliveries are collected, and a customer who has connected. */
async function setUp(scope = "account_details:read") {
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into events of every shape
  const events: any[] = [];
  const emulator = createEmulator({
    oauth: { apps: [usualApp, { ...usualApp, clientId: "appid_other", clientSecret: "other" }] },
    webhooks: {
      fetch: async (request: Request) => {
        events.push(JSON.parse(await request.text()));
        return new Response();
      },
    },
  });
  const signUp = { name: "Fresh Pty Ltd", email: "fresh@example.com" };
  const { access_token } = await connectAccount(emulator, { scope, signUp });
  const [connection] = emulator.oauth.connections;
  const account_id = connection?.accountId ?? "";
  return { emulator, events, account_id, access_token };
}

test("a webhook is created, read, changed, listed and deleted", async () => {
  const emulator = createEmulator();
  const made = await create(emulator, ["account.active"]);
  expect(made.status).toBe(200);
  expect(made.body).toEqual({
    id: expect.stringMatching(/^wh_|[\w-]{36}/),
    url: "http://a.localhost/",
    events: ["account.active"],
    version,
    request_id: expect.any(String),
    secret: expect.stringMatching(/^whsec_/),
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  const { id } = made.body;
  expect((await call(emulator, `/${id}`)).body).toEqual(made.body);
  const changed = await call(emulator, `/${id}/update`, { url: "http://b.localhost/" });
  expect(changed.body).toMatchObject({ id, url: "http://b.localhost/" });
  const other = await create(emulator, ["account.suspended"]);
  const [first, second] = await Promise.all(
    [0, 1].map((number) => call(emulator, `?page_num=${number}&page_size=1`)),
  );
  expect(first?.body).toMatchObject({ has_more: true, items: [{ id: other.body.id }] });
  expect(second?.body).toMatchObject({ has_more: false, items: [{ id }] });
  expect((await call(emulator, `/${id}/delete`, {})).status).toBe(200);
  expect((await call(emulator, `/${id}`)).status).toBe(404);
});

test("only its own app, with its secret, may call", async () => {
  const { emulator } = await setUp();
  const { body } = await create(emulator, ["account.active"]);
  const { body: login } = await send(emulator, "POST", "/api/v1/authentication/login");
  for (const authorization of [
    basic(defaultOAuthClientId, "wrong"),
    basic("appid_unknown", defaultOAuthClientSecret),
    basic(defaultOAuthClientId, ""),
    `Bearer ${login.token}`,
    "Basic",
    "",
  ]) {
    const answer = await call(emulator, `/${body.id}`, undefined, authorization);
    expect(answer).toMatchObject({ status: 401, body: { code: "credentials_invalid" } });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic/);
  }
  const other = basic("appid_other", "other");
  expect((await call(emulator, `/${body.id}`, undefined, other)).status).toBe(404);
  expect((await call(emulator, "", undefined, other)).body).toEqual({ has_more: false, items: [] });
});

test("the platform neither sees nor changes the webhook of an app", async () => {
  const { emulator } = await setUp();
  const { body } = await create(emulator, ["account.active"]);
  const platform = await connect(emulator);
  expect((await platform("GET", "/api/v1/webhooks")).body.items).toEqual([]);
  expect((await platform("POST", `/api/v1/webhooks/${body.id}/delete`)).status).toBe(404);
});

test.each([
  ["an event that no scope covers", ["account.active", "charge.new"], "events[1]"],
  ["an event of no kind", ["made.up"], "events[0]"],
])("%s is refused", async (_, events, source) => {
  const refused = await create(createEmulator(), events);
  expect(refused).toMatchObject({ status: 400, body: { code: "invalid_argument", source } });
});

test("an app with few scopes gets few events, and those about itself", async () => {
  const apps = [{ ...usualApp, scopes: ["r:awx_action:balances_view"] }];
  const emulator = createEmulator({ oauth: { apps } });
  expect((await create(emulator, ["account.active"])).status).toBe(400);
  const own = ["balance.adjustment", "connection.disconnected", "partner_connection.disconnected"];
  expect((await create(emulator, own)).status).toBe(200);
});

test("a request_id is used once", async () => {
  const emulator = createEmulator();
  const request_id = "mine";
  expect((await create(emulator, ["account.active"], { request_id })).status).toBe(200);
  expect(await create(emulator, ["account.active"], { request_id })).toMatchObject({
    status: 409,
    body: { code: "already_exists" },
  });
});

test("an account is connected if its owner consented and granted the scope of each event", async () => {
  const { emulator, account_id } = await setUp();
  const { body } = await create(emulator, ["account.active", "connection.disconnected"]);
  const connecting = (id: string, account: string) =>
    call(emulator, `/${id}/connect`, { account_id: account });
  expect(await connecting(body.id, account_id)).toMatchObject({ status: 200, body: "Success" });
  // Again, without harm.
  expect(await connecting(body.id, account_id)).toMatchObject({ status: 200, body: "Success" });
  expect(await connecting(body.id, "acct_unknown")).toMatchObject({
    status: 404,
    body: { code: "not_found" },
  });
  expect((await connecting("wh_unknown", account_id)).status).toBe(404);
  expect((await call(emulator, `/${body.id}/connect`, {})).body).toMatchObject({
    code: "field_required",
    source: "account_id",
  });
  const { body: wide } = await create(emulator, ["rfi.closed"]);
  expect(await connecting(wide.id, account_id)).toMatchObject({
    status: 400,
    body: { code: "invalid_argument", source: "account_id" },
  });
});

test("events of connected accounts are sent, and of no others", async () => {
  const { emulator, events, account_id } = await setUp();
  const { body } = await create(emulator, ["account.active", "account.suspended"]);
  emulator.webhooks.subscribe({ url: "http://p.localhost/", events: ["account.active"] });
  const setStatus = async (status: "ACTIVE" | "CREATED") => {
    emulator.accounts.setStatus(account_id, status);
    await emulator.webhooks.settled();
  };
  await setStatus("ACTIVE");
  expect(events).toEqual([]);
  await call(emulator, `/${body.id}/connect`, { account_id });
  await setStatus("CREATED");
  await setStatus("ACTIVE");
  // The platform has a subscription too, but this is not one of its accounts.
  expect(events).toMatchObject([{ name: "account.active", account_id, data: { id: account_id } }]);
  await call(emulator, `/${body.id}/disconnect`, { account_id });
  await setStatus("CREATED");
  await setStatus("ACTIVE");
  expect(events).toHaveLength(1);
});

test("no events follow after the customer has disconnected, or granted less", async () => {
  const { emulator, events, account_id, access_token } = await setUp();
  const { body } = await create(emulator, ["account.active"]);
  await call(emulator, `/${body.id}/connect`, { account_id });
  await connectAccount(emulator, { scope: "balance:read", accountId: account_id });
  emulator.accounts.setStatus(account_id, "ACTIVE");
  await emulator.webhooks.settled();
  expect(events).toEqual([]);
  emulator.oauth.disconnect(account_id);
  expect((await readAccount(emulator, access_token)).status).toBe(401);
  await connectAccount(emulator, { accountId: account_id });
  emulator.accounts.setStatus(account_id, "CREATED");
  emulator.accounts.setStatus(account_id, "ACTIVE");
  await emulator.webhooks.settled();
  // A new connection has to be connected to the webhook again.
  expect(events).toEqual([]);
});

test("an app hears of customers who disconnect by hand, and of every connection that ends", async () => {
  const { emulator, events, account_id } = await setUp();
  const other = basic("appid_other", "other");
  const names = ["connection.disconnected", "partner_connection.disconnected"];
  const { body } = await create(emulator, names);
  await call(
    emulator,
    "/create",
    { url: "http://o.localhost/", version, events: names, request_id: "o" },
    other,
  );
  await call(emulator, `/${body.id}/connect`, { account_id });
  const [connection] = emulator.oauth.connections;
  emulator.oauth.disconnect(account_id);
  await emulator.webhooks.settled();
  expect(events).toEqual([
    expect.objectContaining({ name: names[0], account_id, source_id: connection?.id }),
    {
      id: expect.stringMatching(/^evt_/),
      name: names[1],
      app_id: defaultOAuthClientId,
      org_id: expect.stringMatching(/^org_/),
      data: { account_ids: [account_id], reason: "user_initiated" },
      created_at: expect.any(String),
      version,
    },
  ]);
  events.length = 0;
  await connectAccount(emulator, { accountId: account_id });
  await call(emulator, `/${body.id}/connect`, { account_id });
  emulator.accounts.setStatus(account_id, "SUSPENDED");
  await emulator.webhooks.settled();
  expect(events.map(({ name }) => name)).toEqual([names[0]]);
});
