/** Customers who have disconnected: what the events about it do to their connections. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ConnectionRevokedError,
  type DisconnectedEvent,
  type DisconnectedResult,
  type Store,
} from "airwallex-connect";
import { createEmulator, type Emulator, startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import {
  constructEvent,
  createWebhooks,
  nodeHandler,
  signPayload,
} from "airwallex-connect/webhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AppClient, app, clientOf, connectCustomer } from "./partner-app.js";

const secret = "whsec_of_this_test";

/** What the handlers of a delivery would receive. */
async function eventOf(body: Readonly<Record<string, unknown>>): Promise<DisconnectedEvent> {
  const text = JSON.stringify({ id: "evt_1", version: "2026-08-21", ...body });
  const event = await constructEvent(text, signPayload(text, { secret }), { secrets: secret });
  return event as DisconnectedEvent;
}

const soon = () => new Date(Date.now() + 1000).toISOString();

const ofApp = (account_ids: unknown, more: object = {}) =>
  eventOf({
    name: "partner_connection.disconnected",
    app_id: app.clientId,
    created_at: soon(),
    data: { account_ids, reason: "user_initiated" },
    ...more,
  });

const ofAccount = (account_id: unknown, more: object = {}) =>
  eventOf({
    name: "connection.disconnected",
    account_id,
    created_at: soon(),
    data: { id: "conn_1", account_id, status: "DISCONNECTED" },
    ...more,
  });

const nothing = { revoked: [], reconnected: [], unknown: [] };
const calls = ({ requests }: Emulator) => requests.length;

/** A receiver of deliveries that handles them as docs/oauth.md says. */
async function startApp(client: AppClient) {
  const results: DisconnectedResult[] = [];
  const handle = async (event: DisconnectedEvent) => {
    results.push(await client.oauth.handleDisconnected(event));
  };
  const hooks = createWebhooks({ secrets: secret })
    .on("connection.disconnected", handle)
    .on("partner_connection.disconnected", handle);
  const server = createServer(nodeHandler(hooks));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, results };
}

describe("oauth.handleDisconnected()", () => {
  it("marks a connection, and no call for it sends anything any more", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { url, results } = await startApp(client);
    emulator.webhooks.subscribe({ url, secret, events: ["connection.disconnected"] });
    emulator.oauth.disconnect(connection.id);
    await emulator.webhooks.settled();
    expect(results).toEqual([{ ...nothing, revoked: [connection.id] }]);
    const before = calls(emulator);
    for (const call of [
      () => client.oauth.connection(connection.id).accounts.current(),
      () => client.oauth.refresh(connection.id),
      () => client.oauth.refresh(connection.id, { force: true }),
    ]) {
      await expect(call()).rejects.toThrow(ConnectionRevokedError);
    }
    const night = await client.oauth.refreshExpiring({ withinMs: 100 * 86_400_000 });
    expect(night).toMatchObject({ refreshed: 0, revoked: 0, failed: 0 });
    expect(calls(emulator)).toBe(before);
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "revoked" });
  });

  it("does nothing for a forged delivery", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { url, results } = await startApp(client);
    const text = JSON.stringify({ id: "1", name: "connection.disconnected", data: connection });
    const headers = { ...signPayload(text, { secret: "whsec_forged" }) };
    expect((await fetch(url, { method: "POST", body: text, headers })).status).toBe(400);
    expect(results).toEqual([]);
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "connected" });
  });

  it("marks all accounts of an event of the app, and names those that are not known", async () => {
    const emulator = createEmulator();
    const kinds: string[] = [];
    const observer = { onConnection: ({ kind }: { kind: string }) => kinds.push(kind) };
    const client = clientOf(emulator, { observer });
    const made = [
      await connectCustomer(emulator, client),
      await connectCustomer(emulator, client, { signUp: true }),
    ];
    const ids = made.map(({ connection }) => connection.accountId);
    const event = await ofApp([...ids, "acct_unknown", ids[0]]);
    const revoked = made.map(({ connection }) => connection.id);
    const expected = { ...nothing, revoked, unknown: ["acct_unknown"] };
    expect(await client.oauth.handleDisconnected(event)).toEqual(expected);
    expect(kinds).toEqual(["revoked", "revoked"]);
    // Delivered again.
    expect(await client.oauth.handleDisconnected(event)).toEqual(expected);
    expect(kinds).toEqual(["revoked", "revoked"]);
  });

  it("leaves nothing in the store for accounts that are not known", async () => {
    const store = createMemoryStore();
    const client = clientOf(createEmulator(), { store });
    const result = await client.oauth.handleDisconnected(await ofApp(["acct_unknown"]));
    expect(result).toEqual({ ...nothing, unknown: ["acct_unknown"] });
    expect((await store.list({ prefix: "" })).keys).toEqual([]);
  });

  it.each([
    ["its own", app.clientId, "revoked"],
    ["another", "appid_other", "connected"],
  ])("goes by the app: an event of %s", async (_, app_id, status) => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    await client.oauth.handleDisconnected(await ofApp([connection.accountId], { app_id }));
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status });
  });

  it("tells the connections of an account to two apps apart by their ids", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { accountId: account_id } = connection;
    const id = btoa(`appid_other:${account_id}`);
    const other = await ofAccount(account_id, { data: { id, account_id } });
    expect(await client.oauth.handleDisconnected(other)).toMatchObject({ unknown: [account_id] });
    // An id of another form says nothing of the app.
    const opaque = await ofAccount(account_id, { data: { id: "conn_7", account_id } });
    expect(await client.oauth.handleDisconnected(opaque)).toMatchObject({
      revoked: [connection.id],
    });
  });

  it("keeps a connection to which the customer has consented again since", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    emulator.oauth.disconnect(connection.id);
    const created_at = new Date(connection.connectedAtMs - 5000).toISOString();
    await connectCustomer(emulator, client);
    const late = await ofAccount(connection.accountId, { created_at });
    expect(await client.oauth.handleDisconnected(late)).toEqual({
      ...nothing,
      reconnected: [connection.id],
    });
    const customer = client.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(connection.accountId);
  });

  it("can be connected again afterwards", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    await client.oauth.handleDisconnected(await ofAccount(connection.accountId));
    await connectCustomer(emulator, client);
    const customer = client.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(connection.accountId);
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "connected" });
  });

  it("takes an event of an older version, which has no time", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { id, accountId } = connection;
    const legacy = await eventOf({
      name: "connection.disconnected",
      version: undefined,
      accountId,
      data: { id, accountId, status: "DISCONNECTED" },
    });
    expect(await client.oauth.handleDisconnected(legacy)).toMatchObject({ revoked: [id] });
  });

  it("spends no token in another process, and none that is being renewed meanwhile", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const [client, other] = [clientOf(emulator, { store }), clientOf(emulator, { store })];
    const { connection } = await connectCustomer(emulator, client);
    await other.oauth.connection(connection.id).accounts.current();
    emulator.faults.next("oauth.token", { delayMs: 300 });
    const renewing = client.oauth.refresh(connection.id).catch((error: unknown) => error);
    await expect.poll(() => emulator.requests.filter(isToken).length).toBe(1);
    await client.oauth.handleDisconnected(await ofAccount(connection.accountId));
    expect(await renewing).toBeInstanceOf(ConnectionRevokedError);
    emulator.clock.advance("6m");
    const tokens = () => emulator.requests.filter(isToken).length;
    const before = tokens();
    for (const one of [client, other]) {
      const call = one.oauth.refresh(connection.id);
      await expect(call).rejects.toThrow(ConnectionRevokedError);
    }
    expect(tokens()).toBe(before);
  });

  it("rejects while the store is away, so that the event is delivered again", async () => {
    const emulator = createEmulator();
    const memory = createMemoryStore();
    let away = false;
    const store: Store = {
      ...memory,
      read: (key) => (away ? Promise.reject(new Error("away")) : memory.read(key)),
    };
    const client = clientOf(emulator, { store });
    const { connection } = await connectCustomer(emulator, client);
    const event = await ofAccount(connection.accountId);
    away = true;
    await expect(client.oauth.handleDisconnected(event)).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("let the event be delivered again"),
    });
    away = false;
    expect(await client.oauth.handleDisconnected(event)).toMatchObject({
      revoked: [connection.id],
    });
  });

  it.each([
    ["another event", { name: "account.active" }, ["name"]],
    ["no accounts", { data: {} }, ["data", "account_ids"]],
    ["no data", { data: null }, ["data", "account_ids"]],
    [
      "an account without an id",
      { data: { account_ids: ["acct_1", ""] } },
      ["data", "account_ids"],
    ],
  ])("refuses %s", async (_, more, path) => {
    const client = clientOf(createEmulator());
    const event = await ofApp(["acct_1"], more);
    await expect(client.oauth.handleDisconnected(event)).rejects.toMatchObject({
      code: "invalid_input",
      issues: [{ path }],
    });
  });

  it("quotes the name of another event escaped and cut", async () => {
    const client = clientOf(createEmulator());
    const event = await ofApp(["acct_1"], { name: `a\n\u001b[2J\u009b${"x".repeat(5000)}` });
    const error = await client.oauth.handleDisconnected(event).catch((caught: Error) => caught);
    const { message } = error as Error;
    expect(message).toContain('is "a\\u{a}\\u{1b}[2J\\u{9b}xxx');
    expect(message).toContain('x…" (5007 characters), expected "connection.disconnected"');
    expect(message.length).toBeLessThan(400);
  });
});

const isToken = ({ path }: { readonly path: string }) => path === "/oauth/token";
