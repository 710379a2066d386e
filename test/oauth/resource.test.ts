import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  type Account,
  type ClientWithOAuth,
  ConnectionRevokedError,
  createClient,
  type OAuthOptions,
  type Observer,
  type Store,
} from "airwallex-connect";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { createFileStore } from "airwallex-connect/stores/file";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { individual } from "../emulator/inputs.js";
import { json, refuse, startServer } from "../scripted-server.js";

const app = {
  clientId: defaultOAuthClientId,
  clientSecret: defaultOAuthClientSecret,
  redirectUri: "http://127.0.0.1:3000/callback",
  scopes: ["account_details:read"],
};

async function connectable(emulator: RunningEmulator): Promise<Account> {
  const account = await createClient(emulator.clientOptions).accounts.create(individual);
  emulator.accounts.setStatus(account.id, "ACTIVE");
  return account;
}

function clientOf(
  { url }: RunningEmulator,
  oauth: Partial<OAuthOptions> = {},
  observer: Observer = {},
): ClientWithOAuth<"sandbox"> {
  const store = oauth.store ?? createMemoryStore();
  return createClient({
    environment: "sandbox",
    baseUrl: url,
    observer,
    oauth: { ...app, ...oauth, store },
  });
}

/** Consents to an authorization URL, as the customer would. */
async function consent(emulator: RunningEmulator, url: string, accountId: string): Promise<string> {
  const { searchParams: asked } = new URL(url);
  const codeChallenge = asked.get("code_challenge") ?? undefined;
  const back = await emulator.oauth.consent({
    clientId: asked.get("client_id") ?? "",
    redirectUri: asked.get("redirect_uri") ?? "",
    scope: asked.get("scope") ?? "",
    state: asked.get("state") ?? "",
    accountId,
    codeChallenge,
  });
  return String(back);
}

async function connect(emulator: RunningEmulator, client: ClientWithOAuth<"sandbox">) {
  const account = await connectable(emulator);
  const url = await client.oauth.authorizationUrl({ session: "s", pkce: true });
  return await client.oauth.handleCallback(await consent(emulator, url, account.id), {
    session: "s",
  });
}

describe("oauth.authorizationUrl()", () => {
  it("has every documented parameter", async () => {
    const client = createClient({
      environment: "production",
      oauth: { ...app, store: createMemoryStore() },
    });
    const scopes = ["balance:read", "account_details:read"];
    const options = { session: "s", scopes, signUp: true, pkce: true };
    const url = new URL(await client.oauth.authorizationUrl(options));
    expect(url.origin + url.pathname).toBe("https://www.airwallex.com/oauth/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      scope: "balance:read account_details:read",
      state: expect.stringMatching(/^eyJ/),
      sign_up: "true",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
  });

  it("refuses an empty session, and an empty list of scopes", async () => {
    const oauth = { ...app, scopes: [], store: createMemoryStore() };
    const client = createClient({ environment: "sandbox", oauth });
    await expect(client.oauth.authorizationUrl({ session: "" })).rejects.toMatchObject({
      code: "invalid_input",
      issues: [{ path: ["session"] }, { path: ["scopes"] }],
    });
  });
});

describe("oauth.handleCallback()", () => {
  it("connects the account that the customer chose", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection, account, state } = await connect(emulator, client);
    expect(connection).toMatchObject({ accountId: account?.id, status: "connected" });
    expect(atob(connection.id)).toBe(`${app.clientId}:${account?.id}`);
    expect(state).toBeUndefined();
    const customer = client.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(account?.id);
  });

  it("returns the app's own state", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { id } = await connectable(emulator);
    const url = await client.oauth.authorizationUrl({ session: "s", state: "back to /cart" });
    const back = await consent(emulator, url, id);
    const { state } = await client.oauth.handleCallback(back, { session: "s" });
    expect(state).toBe("back to /cart");
  });

  it("stores the connection of a customer who does not let the app read the account", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator, { scopes: ["balance:read"] });
    const { connection, account } = await connect(emulator, client);
    expect(account).toBeUndefined();
    expect(connection).toMatchObject({ scopes: ["balance:read"], status: "connected" });
    const customer = client.oauth.connection(connection.id);
    expect(await customer.balances.current()).toEqual([]);
  });

  it("takes a 401 for the lack of the scope too", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    emulator.faults.always("accounts.current", { status: 401 });
    const { connection, account } = await connect(emulator, client);
    expect([account, connection.status]).toEqual([undefined, "connected"]);
  });

  it("keeps a connection whose customer consents again, to less than before", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const first = await connect(emulator, client);
    const url = await client.oauth.authorizationUrl({ session: "s", scopes: ["balance:read"] });
    const back = await consent(emulator, url, first.connection.accountId);
    const { connection } = await client.oauth.handleCallback(back, { session: "s" });
    expect(connection.id).toBe(first.connection.id);
    expect(await client.oauth.connection(connection.id).balances.current()).toEqual([]);
  });

  it("accepts a path as a server sees it", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { id } = await connectable(emulator);
    const url = await client.oauth.authorizationUrl({ session: "s" });
    const { pathname, search } = new URL(await consent(emulator, url, id));
    const { connection } = await client.oauth.handleCallback(pathname + search, { session: "s" });
    expect(connection.accountId).toBe(id);
  });

  it("refuses a callback that does not belong to the session's flow, and sends nothing", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const url = await client.oauth.authorizationUrl({ session: "s" });
    const state = new URL(url).searchParams.get("state") ?? "";
    const other = clientOf(emulator, { clientSecret: "another app" });
    const foreign = await other.oauth.authorizationUrl({ session: "s" });
    const forged = new URL(foreign).searchParams.get("state") ?? "";
    const codeOf = (query: Record<string, string>, session: string) =>
      client.oauth
        .handleCallback(`${app.redirectUri}?${new URLSearchParams(query)}`, { session })
        .catch(({ name, code }: { name: string; code: string }) => [name, code]);
    const refused = (code: string) => ["OAuthCallbackError", code];
    expect(await codeOf({ code: "c" }, "s")).toEqual(refused("state_missing"));
    expect(await codeOf({ code: "c", state: "x" }, "s")).toEqual(refused("state_invalid"));
    expect(await codeOf({ code: "c", state: forged }, "s")).toEqual(refused("state_invalid"));
    expect(await codeOf({ code: "c", state }, "t")).toEqual(refused("state_mismatch"));
    expect(await codeOf({ state }, "s")).toEqual(refused("code_missing"));
    expect(await codeOf({ code: "", error: "", state }, "s")).toEqual(refused("code_missing"));
    expect(await codeOf({ error: "access_denied", state }, "s")).toEqual(refused("access_denied"));
    expect(await codeOf({ error: "<b>", state }, "s")).toEqual(refused("authorization_failed"));
    const messageOf = (error: string) =>
      client.oauth
        .handleCallback(`${app.redirectUri}?${new URLSearchParams({ error, state })}`, {
          session: "s",
        })
        .catch(String);
    expect(await messageOf("server_error")).toContain("(server_error)");
    expect(await messageOf("<b>call 555-1234</b>")).not.toContain("555");
    expect(emulator.requests).toEqual([]);
  });

  it.each(["//", "http://?code=c0de", "http://[/?code=c0de"])(
    "refuses %s, which is not a URL, without quoting it",
    async (url) => {
      const oauth = { ...app, store: createMemoryStore() };
      const client = createClient({ environment: "sandbox", oauth });
      const error = await client.oauth
        .handleCallback(url, { session: "s" })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "OAuthCallbackError", code: "state_missing" });
      expect(inspect(error)).not.toContain("c0de");
    },
  );

  it("stores a connection only under the id of its own account", async () => {
    const store = createMemoryStore();
    const tokens = { access_token: "a", refresh_token: "r", expires_in: 300 };
    const server = await startServer({
      answers: [
        json(200, tokens),
        json(200, { status: "ACTIVE" }),
        json(200, { ...tokens, account_id: "acct_9" }),
        json(200, { id: "acct_9", status: "ACTIVE" }),
      ],
    });
    const oauth = { ...app, store };
    const client = createClient({ environment: "sandbox", baseUrl: server.url, oauth });
    const connectOnce = async (code: string) => {
      const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
      const state = url.searchParams.get("state") ?? "";
      const query = new URLSearchParams({ code, state });
      return await client.oauth.handleCallback(`/callback?${query}`, { session: "s" });
    };
    await expect(connectOnce("c1")).rejects.toMatchObject({ code: "unreadable_response" });
    expect((await store.list({ prefix: "" })).keys).toEqual([]);
    expect((await connectOnce("c2")).connection.accountId).toBe("acct_9");
  });

  /** A customer returning to the app. */
  async function comingBack(emulator: RunningEmulator, client: ClientWithOAuth<"sandbox">) {
    const { id } = await connectable(emulator);
    return await consent(emulator, await client.oauth.authorizationUrl({ session: "s" }), id);
  }

  const exchanges = ({ requests }: RunningEmulator): number =>
    requests.filter(({ path }) => path === "/oauth/token").length;

  it.each([
    [10 * 60 - 5, true],
    [10 * 60 + 10, false],
  ])(
    "keeps a state valid for ten minutes: after %i s it is accepted, %s",
    async (seconds, taken) => {
      await using emulator = await startEmulator({ oauth: { codeLifetimeMs: 20 * 60_000 } });
      const client = clientOf(emulator);
      const back = await comingBack(emulator, client);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const result = client.oauth.handleCallback(back, { session: "s" });
      if (taken) await expect(result).resolves.toBeDefined();
      else await expect(result).rejects.toMatchObject({ code: "state_expired" });
    },
  );

  it("asks a customer to start again when the code has expired", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const back = await comingBack(emulator, client);
    emulator.clock.advance("5m");
    for (let i = 0; i < 2; i++) {
      await expect(client.oauth.handleCallback(back, { session: "s" })).rejects.toMatchObject({
        name: "OAuthCallbackError",
        code: "code_refused",
        remoteError: "invalid_grant",
        message: expect.stringContaining("let the customer begin again"),
        cause: { name: "ApiError", apiCode: "invalid_grant" },
      });
    }
  });

  it("returns the same connection to two simultaneous callbacks, and spends the code once", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const back = await comingBack(emulator, client);
    const both = [1, 2].map(() => client.oauth.handleCallback(back, { session: "s" }));
    const [first, second] = await Promise.all(both);
    expect(second?.connection).toEqual(first?.connection);
    expect(exchanges(emulator)).toBe(1);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
    const customer = client.oauth.connection(first?.connection.id ?? "");
    await expect(customer.accounts.current()).resolves.toMatchObject({ id: first?.account?.id });
  });

  it("refuses a code that another process is using or has used, and leaves the connection alone", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const clients = [clientOf(emulator, { store }), clientOf(emulator, { store })] as const;
    const back = await comingBack(emulator, clients[0]);
    const used = { name: "OAuthCallbackError", code: "code_used" };
    const atOnce = clients.map((client) => client.oauth.handleCallback(back, { session: "s" }));
    const settled = await Promise.allSettled(atOnce);
    // Either may be the first.
    settled.sort((one, other) => one.status.localeCompare(other.status));
    expect(settled).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: used }]);
    for (const client of clients) {
      await expect(client.oauth.handleCallback(back, { session: "s" })).rejects.toMatchObject(used);
    }
    expect(exchanges(emulator)).toBe(1);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
  });

  it("can be tried again after an outage of the token endpoint", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const back = await comingBack(emulator, client);
    emulator.faults.next("POST /oauth/token", { status: 503 });
    await expect(client.oauth.handleCallback(back, { session: "s" })).rejects.toMatchObject({
      name: "ApiError",
      status: 503,
    });
    await expect(client.oauth.handleCallback(back, { session: "s" })).resolves.toBeDefined();
  });

  it("spends no code while the store is away", async () => {
    await using emulator = await startEmulator();
    const store = { ...createMemoryStore(), claim: () => Promise.reject(new Error("Away")) };
    const client = clientOf(emulator, { store });
    const back = await comingBack(emulator, client);
    await expect(client.oauth.handleCallback(back, { session: "s" })).rejects.toThrow("Away");
    expect(exchanges(emulator)).toBe(0);
  });

  it("replaces an earlier connection of the same account", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const first = await connect(emulator, client);
    const url = await client.oauth.authorizationUrl({ session: "s" });
    const back = await consent(emulator, url, first.connection.accountId);
    const second = await client.oauth.handleCallback(back, { session: "s" });
    expect(second.connection.id).toBe(first.connection.id);
    const customer = client.oauth.connection(second.connection.id);
    expect((await customer.accounts.current()).id).toBe(first.connection.accountId);
  });
});

it("does not send a used code again, whatever the state, so that nobody can end a connection by it", async () => {
  await using emulator = await startEmulator();
  const client = clientOf(emulator);
  const { id } = await connectable(emulator);
  const session = { session: "visitor" };
  const back = new URL(await consent(emulator, await client.oauth.authorizationUrl(session), id));
  await client.oauth.handleCallback(back, session);
  const other = { session: "somebody else" };
  const url = new URL(await client.oauth.authorizationUrl(other));
  back.searchParams.set("state", url.searchParams.get("state") ?? "");
  await expect(client.oauth.handleCallback(back, other)).rejects.toMatchObject({
    code: "code_used",
  });
  expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
});

describe.each(["connection", "retrieve", "refresh", "delete", "exchangeCode"] as const)(
  "oauth.%s() of an id or code that got lost in the app",
  (method) => {
    it.each([
      [undefined, "is missing, expected a string"],
      [null, "is null, expected a string"],
      [Symbol("id"), "is a symbol, expected a string"],
      ["", "is empty, expected a string"],
    ])("says so of %o, and asks nobody", async (lost, why) => {
      await using emulator = await startEmulator();
      const { oauth } = clientOf(emulator);
      const calling = async () => await oauth[method](lost as string);
      const name = method === "exchangeCode" ? "code" : "id";
      await expect(calling()).rejects.toMatchObject({
        code: "invalid_input",
        message: `Cannot call oauth.${method}: ${name}: ${why}`,
      });
      expect(emulator.requests).toEqual([]);
    });
  },
);

it("blames a refused app on its own options, and a refused token on its scopes", async () => {
  await using emulator = await startEmulator();
  const store = createMemoryStore();
  const client = clientOf(emulator, { store });
  const wrong = clientOf(emulator, { clientSecret: "wrong", store });
  const error = await wrong.oauth.exchangeCode("code").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "login_refused", apiCode: "invalid_client" });
  expect(String(error)).toContain("check oauth.clientId and oauth.clientSecret");
  expect(String(error)).not.toMatch(/api ?key/i);
  const { connection } = await connect(emulator, client);
  emulator.faults.always("accounts.current", { status: 401 });
  const refused = client.oauth.connection(connection.id).accounts.current();
  await expect(refused).rejects.toThrow("check the scopes that the customer granted");
});

describe("oauth.connection()", () => {
  it("renews an expired token once for two hundred callers", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection } = await connect(emulator, client);
    emulator.clock.advance("6m");
    const customer = client.oauth.connection(connection.id);
    await Promise.all(Array.from({ length: 200 }, () => customer.accounts.current()));
    const exchanges = emulator.requests.filter(({ path }) => path === "/oauth/token");
    expect(exchanges.length).toBe(2);
  });

  it("acts for its customer in everything derived from it", async () => {
    await using emulator = await startEmulator();
    const oauth = { ...app, store: createMemoryStore() };
    const client = createClient({ ...emulator.clientOptions, oauth });
    const { connection, account } = await connect(emulator, client);
    const customer = client.oauth.connection(connection.id);
    const derived = [
      customer.withOptions({ timeoutMs: 5000 }),
      customer.withOptions({ loginAs: "acct_1" }),
      customer.withOptions({ loginAs: "acct_1" }).withOptions({ loginAs: undefined }),
    ];
    for (const one of derived) expect((await one.accounts.current()).id).toBe(account?.id);
  });

  it("survives a lost answer, even in another process", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const client = clientOf(emulator, { store });
    const { connection } = await connect(emulator, client);
    emulator.clock.advance("6m");
    emulator.faults.next("POST /oauth/token", { cut: "after" });
    const other = clientOf(emulator, { store });
    for (const each of [client, other]) {
      const { status } = await each.oauth.connection(connection.id).accounts.current();
      expect(status).toBe("ACTIVE");
    }
    expect(emulator.oauth.connections.map(({ status }) => status)).toEqual(["CONNECTED"]);
  });

  it("keeps the new pair while the store is away, and writes it when the store is back", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    let away = false;
    const flaky: Store = {
      ...store,
      compareAndSet: (key, write) => {
        // The mark is still written; the new pair is not.
        if (away && !write.keepLease) return Promise.reject(new Error("the store is away"));
        return store.compareAndSet(key, write);
      },
    };
    const kinds: string[] = [];
    const observer = { onConnection: ({ kind }: { kind: string }) => kinds.push(kind) };
    const client = clientOf(emulator, { store: flaky }, observer);
    const { connection } = await connect(emulator, client);
    emulator.clock.advance("6m");
    away = true;
    const customer = client.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(connection.accountId);
    expect(kinds).toEqual(["unsaved"]);
    away = false;
    await expect.poll(() => kinds, { timeout: 5000 }).toEqual(["unsaved", "saved"]);
    const other = clientOf(emulator, { store });
    await other.oauth.refresh(connection.id);
    expect(emulator.oauth.connections.map(({ status }) => status)).toEqual(["CONNECTED"]);
  });

  it("says when the customer has disconnected, and when no connection exists", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection } = await connect(emulator, client);
    emulator.oauth.disconnect(connection.id);
    const customer = client.oauth.connection(connection.id);
    await expect(customer.accounts.current()).rejects.toThrow(ConnectionRevokedError);
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "revoked" });
    const nobody = client.oauth.connection("none").accounts.current();
    await expect(nobody).rejects.toMatchObject({ code: "connection_missing" });
  });

  it("leaves nothing in the store for made-up ids", async () => {
    const directory = await mkdtemp(join(tmpdir(), "airwallex-connect-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await using emulator = await startEmulator();
    const client = clientOf(emulator, { store: createFileStore({ directory }) });
    for (const id of ["made-up", "nobody"]) {
      const calls = [client.oauth.connection(id).accounts.current(), client.oauth.refresh(id)];
      for (const call of calls) {
        await expect(call).rejects.toMatchObject({ code: "connection_missing" });
      }
      expect(await client.oauth.retrieve(id)).toBeUndefined();
      expect(await client.oauth.delete(id)).toBe(false);
    }
    expect(await readdir(directory, { recursive: true })).toEqual([]);
  });

  it("shows no token, secret or code anywhere", async () => {
    await using emulator = await startEmulator({ recordBodies: true });
    const seen: unknown[] = [];
    const note = (event: unknown) => seen.push(event);
    const hooks = { onAttempt: note, onConnection: note, onRetry: note, onToken: note };
    const store = createMemoryStore();
    const client = clientOf(emulator, { store }, hooks);
    const { connection } = await connect(emulator, client);
    const { keys } = await store.list({ prefix: "" });
    const secrets = JSON.parse((await store.read(keys[0]?.key ?? ""))?.value ?? "{}");
    emulator.oauth.disconnect(connection.id);
    seen.push(connection, client, client.oauth);
    seen.push(await client.oauth.refresh(connection.id).catch((error: unknown) => error));
    const shown = inspect(seen, { depth: 20, showHidden: true }) + JSON.stringify(seen);
    for (const secret of [secrets.accessToken, secrets.refreshToken, app.clientSecret]) {
      expect(secret).toEqual(expect.any(String));
      expect(shown).not.toContain(secret);
    }
  });
});

it("hides a code or verifier that the remote quotes", async () => {
  const secrets = ["cod3-0f-consent", "v3rifier-of-the-challenge", app.clientSecret];
  const server = await startServer({
    otherwise: refuse(400, {
      code: "invalid_grant",
      message: `no ${secrets[0]} for ${secrets[1]}`,
      details: { sent: secrets },
    }),
  });
  const oauth = { ...app, store: createMemoryStore() };
  const client = createClient({ environment: "sandbox", baseUrl: server.url, oauth });
  const [code = "", codeVerifier] = secrets;
  const error = await client.oauth.exchangeCode(code, { codeVerifier }).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: "ApiError", apiCode: "invalid_grant" });
  for (const secret of secrets) {
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain(secret);
  }
});

const none = { refreshed: 0, alreadyRefreshed: 0, revoked: 0, missing: 0, failed: 0 };

describe("oauth.refreshExpiring()", () => {
  const day = 24 * 60 * 60 * 1000;

  it("counts a customer who has disconnected once, and not again every night", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection } = await connect(emulator, client);
    emulator.oauth.disconnect(connection.id);
    const nights = [];
    for (let night = 0; night < 3; night++) {
      nights.push(await client.oauth.refreshExpiring({ withinMs: 100 * day }));
    }
    expect(nights).toEqual([{ ...none, revoked: 1 }, none, none]);
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "revoked" });
  });

  it("renews each connection once when several jobs run at the same time", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const setUp = clientOf(emulator, { store });
    for (let i = 0; i < 20; i++) await connect(emulator, setUp);
    const jobs = [1, 2, 3, 4].map(() => clientOf(emulator, { store }));
    const results = await Promise.all(
      jobs.map((job) => job.oauth.refreshExpiring({ withinMs: 91 * day })),
    );
    const sum = (name: keyof typeof none) => results.reduce((all, one) => all + one[name], 0);
    expect(sum("refreshed")).toBe(20);
    expect(sum("failed") + sum("revoked") + sum("missing")).toBe(0);
    expect(emulator.oauth.connections.map(({ refreshes }) => refreshes)).toEqual(Array(20).fill(1));
  });

  it("ends when the new tokens expire within the same time too", async () => {
    await using emulator = await startEmulator();
    const inner = createMemoryStore();
    // As Redis and Postgres do: each page is what expires after the one before, at that moment.
    const paged: Store = {
      ...inner,
      async list({ cursor = "", ...query }) {
        const { keys } = await inner.list(query);
        const place = ({ key, expiresAtMs = 0 }: (typeof keys)[number]) => `${expiresAtMs} ${key}`;
        const [first, ...more] = keys.filter((key) => place(key) > cursor);
        return { keys: first ? [first] : [], next: first && more[0] && place(first) };
      },
    };
    const client = clientOf(emulator, { store: paged });
    for (let i = 0; i < 3; i++) await connect(emulator, client);
    const result = await client.oauth.refreshExpiring({ withinMs: 1000 * day, concurrency: 1 });
    expect(result).toEqual({ ...none, refreshed: 3 });
  });

  it("says which connections the database has lost", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) {
      ids.push((await connect(emulator, clientOf(emulator, { store }))).connection.id);
    }
    // A Redis that evicts: the key is still in the index, the record is gone.
    const lost = `airwallex:connection:${ids[0]}`;
    const evicting: Store = {
      ...store,
      read: async (key) => (key === lost ? undefined : await store.read(key)),
    };
    const done: unknown[] = [];
    const result = await clientOf(emulator, { store: evicting }).oauth.refreshExpiring({
      withinMs: 91 * day,
      onProgress: ({ connectionId, error }) =>
        done.push([connectionId, (error as { code?: string } | undefined)?.code]),
    });
    expect(result).toEqual({ ...none, refreshed: 1, missing: 1 });
    expect(done).toContainEqual([ids[0], "connection_missing"]);
  });

  it("renews tokens that are about to expire, and continues past failures", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await connect(emulator, client)).connection.id);
    emulator.oauth.disconnect(ids[1] ?? "");
    const done: unknown[] = [];
    expect(await client.oauth.refreshExpiring({ withinMs: day })).toEqual(none);
    const onProgress = ({ connectionId, error }: { connectionId: string; error: unknown }) =>
      done.push([connectionId, error instanceof ConnectionRevokedError]);
    const result = await client.oauth.refreshExpiring({ withinMs: 91 * day, onProgress });
    expect(result).toEqual({ ...none, refreshed: 2, revoked: 1 });
    expect(done.length).toBe(3);
    expect(done).toContainEqual([ids[1], true]);
  });
});

describe("oauth.list()", () => {
  it("reads ten records at the same time, and leaves out those that are gone", async () => {
    await using emulator = await startEmulator();
    const store = createMemoryStore();
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) {
      ids.push((await connect(emulator, clientOf(emulator, { store }))).connection.id);
    }
    const [gone = ""] = ids;
    let reading = 0;
    let most = 0;
    const slow: Store = {
      ...store,
      async read(key) {
        most = Math.max(most, ++reading);
        await new Promise((resolve) => setTimeout(resolve, 5));
        reading--;
        return key.endsWith(gone) ? undefined : await store.read(key);
      },
    };
    const listed: string[] = [];
    for await (const { id } of clientOf(emulator, { store: slow }).oauth.list()) listed.push(id);
    expect(listed).toEqual(ids.filter((id) => id !== gone).sort());
    expect(most).toBe(10);
  });
});

describe("oauth.refreshExpiring() of tokens with an unknown expiry", () => {
  it("assumes that they expire 60 days after the last renewal", async () => {
    const store = createMemoryStore();
    const tokens = { access_token: "a", refresh_token: "r", expires_in: 300, account_id: "acct_9" };
    const server = await startServer({
      otherwise: (response, seen, request) => {
        const body = seen.target.includes("token") ? tokens : { id: "acct_9" };
        return json(200, body)(response, seen, request);
      },
    });
    const oauth = { ...app, store };
    const client = createClient({ environment: "sandbox", baseUrl: server.url, oauth });
    const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
    const query = new URLSearchParams({
      code: "c",
      state: url.searchParams.get("state") ?? "",
    });
    const callback = await client.oauth.handleCallback(`/callback?${query}`, { session: "s" });
    expect(callback.connection.refreshExpiresAtMs).toBeUndefined();
    const day = 24 * 60 * 60_000;
    for (const [days, refreshed] of [
      [59, 0],
      [61, 1],
      [61, 1],
    ] as const) {
      const withinMs = days * day;
      expect(await client.oauth.refreshExpiring({ withinMs })).toEqual({ ...none, refreshed });
    }
  });

  it.each([
    { withinMs: Number.NaN },
    { withinMs: Number.POSITIVE_INFINITY },
    { withinMs: 1000, concurrency: 0 },
    { withinMs: 1000, concurrency: Number.NaN },
  ])("refuses %j, which would renew nothing", async (options) => {
    const oauth = { ...app, store: createMemoryStore() };
    const client = createClient({ environment: "sandbox", oauth });
    await expect(client.oauth.refreshExpiring(options)).rejects.toThrow(
      "Cannot call oauth.refreshExpiring: ",
    );
  });
});

describe("oauth.delete()", () => {
  it("deletes the stored connection", async () => {
    await using emulator = await startEmulator();
    const client = clientOf(emulator);
    const { connection } = await connect(emulator, client);
    expect(await client.oauth.delete(connection.id)).toBe(true);
    expect(await client.oauth.retrieve(connection.id)).toBeUndefined();
    expect(await client.oauth.delete(connection.id)).toBe(false);
  });
});

describe("createClient() with only an OAuth app", () => {
  it("has connections, and says what its own calls would need", async () => {
    const client = createClient({
      environment: "sandbox",
      oauth: { ...app, store: createMemoryStore() },
    });
    const calls = [
      () => client.accounts.list(),
      () => client.onBehalfOf("acct_1").accounts.current(),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(TypeError);
      await expect(call()).rejects.toThrow(
        /call oauth\.connection\(id\) .*or give clientId and apiKey/,
      );
    }
  });

  it.each([
    [{ clientSecret: "" }, "oauth.clientSecret"],
    [{ redirectUri: "nowhere" }, "oauth.redirectUri"],
    [{ store: {} }, "oauth.store"],
    [{ tokenUrl: "http://example.com/token" }, "oauth.tokenUrl"],
  ])("refuses %j", (wrong, option) => {
    const oauth = { ...app, store: createMemoryStore(), ...wrong } as OAuthOptions;
    expect(() => createClient({ environment: "sandbox", oauth })).toThrow(option);
  });
});
