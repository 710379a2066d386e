/** Webhooks of the app through the client: HTTP Basic, and every new connection connected by itself. */

import { inspect } from "node:util";
import { createClient } from "airwallex-connect";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { describe, expect, it } from "vitest";
import { type Answer, json, refuse, startServer } from "../scripted-server.js";
import { app, clientOf, connectCustomer } from "./partner-app.js";

const wanted = {
  url: "https://example.com/partner-webhooks",
  events: ["account.active", "partner_connection.disconnected"],
  version: "2026-08-21",
};

describe("oauth.webhooks", () => {
  it("is created, read, changed, listed and deleted", async () => {
    await using emulator = await startEmulator();
    const { webhooks } = clientOf(emulator).oauth;
    const made = await webhooks.create(wanted);
    expect(made).toMatchObject({ ...wanted, secret: expect.stringMatching(/^whsec_/) });
    expect(await webhooks.retrieve(made.id)).toEqual(made);
    const url = "https://example.com/elsewhere";
    expect(await webhooks.update(made.id, { url })).toMatchObject({ id: made.id, url });
    for (let i = 0; i < 3; i++) await webhooks.create(wanted);
    const all = await webhooks.list({ page_size: 2 }).toArray({ limit: Number.POSITIVE_INFINITY });
    expect(all.map(({ id }) => id)).toContain(made.id);
    expect(new Set(all.map(({ id }) => id)).size).toBe(4);
    expect(await webhooks.delete(made.id)).toEqual({ id: made.id, deleted: true });
    await expect(webhooks.delete(made.id)).rejects.toMatchObject({ code: "not_found" });
    const calls = emulator.requests.filter(({ path }) => path.startsWith("/partner-api/"));
    expect(emulator.requests).toEqual(calls);
  });

  it("connects an account and disconnects it, as often as it likes", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { id } = await client.oauth.webhooks.create(wanted);
    for (const change of ["connect", "connect", "disconnect", "disconnect"] as const) {
      expect(await client.oauth.webhooks[change](id, connection.accountId)).toBe("Success");
    }
  });

  it.each([
    ["an event outside the scopes", "invalid_request", { ...wanted, events: ["charge.new"] }],
    ["an event that does not exist", "invalid_request", { ...wanted, events: ["no.event"] }],
  ])("refuses %s", async (_, code, params) => {
    const { webhooks } = clientOf(createEmulator()).oauth;
    await expect(webhooks.create(params)).rejects.toMatchObject({ name: "ApiError", code });
  });

  it("refuses an account that has not consented, and a webhook that is gone", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    const { webhooks } = client.oauth;
    const { id } = await webhooks.create(wanted);
    await expect(webhooks.connect(id, "acct_unknown")).rejects.toMatchObject({ code: "not_found" });
    await webhooks.delete(id);
    for (const call of [
      webhooks.connect(id, connection.accountId),
      webhooks.disconnect(id, connection.accountId),
      webhooks.retrieve(id),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("blames a wrong secret on the options of the app, and does not show it", async () => {
    const emulator = createEmulator();
    const clientSecret = "wr0ng-s3cret";
    const { webhooks } = clientOf(emulator, { clientSecret }).oauth;
    const error = await webhooks.create(wanted).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "login_refused", apiCode: "credentials_invalid" });
    expect(String(error)).toContain("check oauth.clientId and oauth.clientSecret");
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(clientSecret);
  });

  it("hides the secret where an answer quotes it", async () => {
    const encoded = btoa(`${app.clientId}:${app.clientSecret}`);
    const message = `no ${app.clientSecret} and no Basic ${encoded}`;
    const server = await startServer({ otherwise: refuse(400, { code: "x", message }) });
    const oauth = { ...app, store: createMemoryStore() };
    const client = createClient({ environment: "sandbox", baseUrl: server.url, oauth });
    const error = await client.oauth.webhooks.retrieve("wh_1").catch((reason: unknown) => reason);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).toContain("[redacted]");
    expect(shown).not.toContain(app.clientSecret);
    expect(shown).not.toContain(encoded);
  });

  it("makes a webhook once, when the answer to the first attempt is lost", async () => {
    await using emulator = await startEmulator();
    const { webhooks } = clientOf(emulator).oauth;
    emulator.faults.next("oauth.webhooks.create", { cut: "after" });
    const made = await webhooks.create(wanted);
    expect(emulator.webhooks.subscriptions).toMatchObject([{ id: made.id }]);
  });

  it.each<[string, Answer]>([
    ["as JSON", json(200, "connected")],
    ["as plain text", (response) => response.end("connected")],
    ["as an empty body", (response) => response.end()],
  ])("takes what the API says to a change %s", async (_, otherwise) => {
    const server = await startServer({ otherwise });
    const oauth = { ...app, store: createMemoryStore() };
    const client = createClient({ environment: "sandbox", baseUrl: server.url, oauth });
    expect(await client.oauth.webhooks.connect("wh_1", "acct_1")).toMatch(/^(connected)?$/);
  });
});

describe("the option oauth.webhooks", () => {
  it("connects every new connection, so that its events arrive", async () => {
    const names: string[] = [];
    const emulator = createEmulator({
      webhooks: {
        fetch: async (request: Request) => {
          names.push(JSON.parse(await request.text()).name);
          return new Response();
        },
      },
    });
    const { id } = await clientOf(emulator).oauth.webhooks.create(wanted);
    const client = clientOf(emulator, { webhooks: [id, id] });
    const { connection, failedWebhooks } = await connectCustomer(emulator, client, {
      signUp: true,
    });
    expect(failedWebhooks).toEqual([]);
    emulator.accounts.setStatus(connection.accountId, "ACTIVE");
    await emulator.webhooks.settled();
    expect(names).toEqual(["account.active"]);
  });

  it("never loses the connection, and says which webhook failed and why", async () => {
    const emulator = createEmulator();
    const told: unknown[] = [];
    const observer = { onConnection: (event: unknown) => told.push(event) };
    const { id } = await clientOf(emulator).oauth.webhooks.create(wanted);
    const client = clientOf(emulator, { webhooks: ["wh_gone", id], observer });
    const { connection, failedWebhooks } = await connectCustomer(emulator, client);
    expect(failedWebhooks).toMatchObject([{ webhookId: "wh_gone", error: { code: "not_found" } }]);
    expect(told).toEqual([
      { kind: "webhook_failed", connectionId: connection.id, webhookId: "wh_gone" },
    ]);
    const customer = client.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(connection.accountId);
  });

  it.each([["wh_1"], [[""]], [[7]]])("is refused as %j", (webhooks) => {
    const wrong = { webhooks: webhooks as unknown as readonly string[] };
    expect(() => clientOf(createEmulator(), wrong)).toThrow("oauth.webhooks is not a list of ids");
  });
});
