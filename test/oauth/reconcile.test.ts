/** Connections as the API knows them, and what the store makes of them. */

import { inspect } from "node:util";
import {
  type Connection,
  ConnectionRevokedError,
  type DisconnectedEvent,
  type Store,
} from "airwallex-connect";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { describe, expect, it } from "vitest";
import { clientOf, connectCustomer } from "./partner-app.js";

const logins = ({ requests }: { readonly requests: readonly { readonly path: string }[] }) =>
  requests.filter(({ path }) => path === "/partner-api/v1/authentication/login").length;

describe("oauth.remote", () => {
  it("lists connections of the app page by page, with one login", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const made: Connection[] = [];
    for (let i = 0; i < 5; i++) {
      made.push((await connectCustomer(emulator, client, { signUp: true })).connection);
    }
    emulator.oauth.disconnect(made[0]?.id ?? "");
    const all = await client.oauth.remote.list({ page_size: 2 }).toArray({ limit: 10 });
    expect(all.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    expect(all.find(({ id }) => id === made[0]?.id)).toEqual({
      id: made[0]?.id,
      account_id: made[0]?.accountId,
      status: "DISCONNECTED",
      authorized_scopes: ["account_details:read"],
    });
    const pages = emulator.requests.filter(({ path }) => path === "/partner-api/v1/connections");
    expect(pages.length).toBe(3);
    expect(logins(emulator)).toBe(1);
  });

  it("retrieves one, and says when there is none", async () => {
    const emulator = createEmulator();
    const client = clientOf(emulator);
    const { connection } = await connectCustomer(emulator, client);
    expect(await client.oauth.remote.retrieve(connection.id)).toMatchObject({
      account_id: connection.accountId,
      status: "CONNECTED",
    });
    await expect(client.oauth.remote.retrieve("conn_unknown")).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("logs in again when its token has expired, and never with that of a customer", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    await connectCustomer(emulator, client);
    await client.oauth.remote.list();
    emulator.clock.advance("31m");
    await client.oauth.remote.list();
    expect(logins(emulator)).toBe(2);
    expect(emulator.requests.filter(({ path }) => path === "/oauth/token").length).toBe(1);
  });

  it("blames a wrong secret on the options of the app, and does not show it", async () => {
    const clientSecret = "wr0ng-s3cret";
    const { remote } = clientOf(createEmulator(), { clientSecret }).oauth;
    const error = await remote.retrieve("conn_1").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "login_refused", apiCode: "credentials_invalid" });
    expect(String(error)).toContain("check oauth.clientId and oauth.clientSecret");
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(clientSecret);
  });
});

describe("oauth.reconcile()", () => {
  /** A customer for each case that there is. */
  async function setUp(store: Store = createMemoryStore()) {
    const emulator = createEmulator();
    const client = clientOf(emulator, { store });
    const connect = async () =>
      (await connectCustomer(emulator, client, { signUp: true })).connection;
    const fine = await connect();
    const gone = await connect();
    emulator.oauth.disconnect(gone.id);
    const forgotten = await connect();
    await client.oauth.delete(forgotten.id);
    const lost = await connect();
    emulator.oauth.disconnect(lost.id);
    await client.oauth.refresh(lost.id).catch(() => undefined);
    const elsewhere = createEmulator({ seed: "another" });
    const other = clientOf(elsewhere, { store });
    const { connection: unlisted } = await connectCustomer(elsewhere, other, { signUp: true });
    return { emulator, client, fine, gone, forgotten, unlisted };
  }

  it("reports what the store and the API say differently, and changes nothing", async () => {
    const { client, gone, forgotten, unlisted } = await setUp();
    for (let times = 0; times < 2; times++) {
      expect(await client.oauth.reconcile()).toMatchObject({
        matching: 1,
        disconnected: [{ id: gone.id, status: "connected" }],
        withoutTokens: [{ account_id: forgotten.accountId, status: "CONNECTED" }],
        unlisted: [{ id: unlisted.id }],
      });
    }
  });

  it("marks on request who has disconnected, and nobody else", async () => {
    const { emulator, client, fine, gone, unlisted } = await setUp();
    await client.oauth.reconcile({ fix: true });
    const sent = emulator.requests.length;
    const call = client.oauth.connection(gone.id).accounts.current();
    await expect(call).rejects.toThrow(ConnectionRevokedError);
    expect(emulator.requests.length).toBe(sent);
    for (const { id } of [fine, unlisted]) {
      expect(await client.oauth.retrieve(id)).toMatchObject({ status: "connected" });
    }
    expect(await client.oauth.reconcile()).toMatchObject({ matching: 1, disconnected: [] });
  });

  it("lists under withoutTokens whose record says revoked while the API says connected", async () => {
    const { client, fine } = await setUp();
    const data = { account_ids: [fine.accountId], reason: "user_initiated" };
    const mistaken = {
      name: "partner_connection.disconnected",
      data,
    } as unknown as DisconnectedEvent;
    expect(await client.oauth.handleDisconnected(mistaken)).toMatchObject({ revoked: [fine.id] });
    const { matching, withoutTokens } = await client.oauth.reconcile();
    expect(matching).toBe(0);
    expect(withoutTokens).toContainEqual(await client.oauth.remote.retrieve(fine.id));
  });

  it("does not take an account for disconnected that has an older connection besides", async () => {
    const emulator = createEmulator();
    const { connection } = await connectCustomer(emulator, clientOf(emulator));
    const old = { id: "conn_old", account_id: connection.accountId, status: "DISCONNECTED" };
    const present = { ...old, id: "conn_new", status: "CONNECTED" };
    for (const items of [
      [old, present],
      [present, old],
    ]) {
      const store = createMemoryStore();
      const fetch: typeof globalThis.fetch = (input, init) =>
        String(input).includes("/partner-api/v1/connections")
          ? Promise.resolve(Response.json({ items }))
          : emulator.fetch(input, init);
      const client = clientOf(emulator, { store, fetch });
      await connectCustomer(emulator, client);
      expect(await client.oauth.reconcile({ fix: true })).toMatchObject({
        matching: 1,
        disconnected: [],
      });
    }
  });
});
