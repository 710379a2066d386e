import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
} from "../../src/emulator/index.js";
import { createClient } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import {
  type Answer,
  account,
  json,
  key,
  newAccount,
  refuse,
  startServer,
  token,
  tokenOf,
} from "../scripted-server.js";

/** Refuses every token but this one. */
const accept =
  (value: string): Answer =>
  (response, seen, request) => {
    const good = seen.headers.authorization === `Bearer ${value}`;
    const answer = good ? json(200, account()) : refuse(401, { code: "unauthorized" });
    return answer(response, seen, request);
  };

describe("a refused token", () => {
  it("is replaced once, and the call is repeated unchanged", async () => {
    const server = await startServer({ otherwise: accept(tokenOf(2)) });
    const client = createClient({ ...key, baseUrl: server.url }).onBehalfOf("acct_9");
    const { response } = await client.accounts.create(newAccount).withResponse();
    expect(response).toMatchObject({ status: 200, attempts: 2 });
    expect(server.logins.length).toBe(2);
    const [first, second] = server.requests;
    expect(first?.headers.authorization).toBe(`Bearer ${tokenOf(1)}`);
    expect(second?.headers.authorization).toBe(`Bearer ${tokenOf(2)}`);
    expect(String(second?.body)).toBe(String(first?.body));
    expect(second?.headers["x-on-behalf-of"]).toBe("acct_9");
    await client.accounts.retrieve("acct_1");
    expect(server.requests.length).toBe(3);
    expect(server.logins.length).toBe(2);
  });

  it("is not replaced again any sooner because the server failed in between", async () => {
    const answers = [refuse(401), refuse(503), refuse(401)];
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await client.accounts.retrieve("acct_1").catch(() => undefined);
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      code: "token_refused",
    });
    expect(server.logins.length).toBe(2);
  });

  it("is replaced even for writes that must not be made twice, because a 401 did nothing", async () => {
    const server = await startServer({ otherwise: accept(tokenOf(2)) });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.accounts.submit("acct_1")).resolves.toMatchObject({ status: "CREATED" });
  });

  it("is replaced for the next call when a stream cannot be sent again", async () => {
    const server = await startServer({
      otherwise: (response, seen, request) => {
        const file = json(200, { file_id: "file_1" });
        const isNew = seen.headers.authorization === `Bearer ${tokenOf(2)}`;
        return (isNew ? file : refuse(401))(response, seen, request);
      },
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(Readable.from([Buffer.from("x")]), { name: "x.png" });
    await expect(upload).rejects.toMatchObject({
      code: "token_refused",
      outcome: "not_done",
      message: expect.stringMatching(/its token has been replaced; call again, with a stream/),
    });
    expect(server.requests.length).toBe(1);
    await client.files.upload(new Blob(["x"]).stream(), { name: "x.png" });
    expect(server.requests.length).toBe(2);
    expect(server.logins.length).toBe(2);
  });

  it("ends the call when its replacement is refused as well", async () => {
    const server = await startServer({
      otherwise: refuse(401, { code: "unauthorized", message: "No" }),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject({
      name: "AuthenticationError",
      code: "token_refused",
      operation: "accounts.submit",
      status: 401,
      apiCode: "unauthorized",
      outcome: "not_done",
      attempts: 2,
    });
    expect(server.requests.length).toBe(2);
    expect(server.logins.length).toBe(2);
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject({ code: "token_refused" });
    expect(server.requests.length).toBe(3);
    expect(server.logins.length).toBe(2);
  });

  it("is replaced with one login for all calls that used it", async () => {
    const server = await startServer({ otherwise: accept(tokenOf(2)) });
    const client = createClient({ ...key, baseUrl: server.url });
    const calls = Array.from({ length: 100 }, (_, i) => client.accounts.retrieve(`acct_${i}`));
    await Promise.all(calls);
    expect(server.logins.length).toBe(2);
    expect(server.requests.length).toBe(200);
  });

  it("is exchanged for a newer one without a login when its call comes back late", async () => {
    let release: (() => void) | undefined;
    const late: Answer = async (response, seen, request) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return accept(tokenOf(2))(response, seen, request);
    };
    const server = await startServer({ answers: [late], otherwise: accept(tokenOf(2)) });
    const client = createClient({ ...key, baseUrl: server.url });
    const slow = client.accounts.retrieve("acct_1");
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    await client.accounts.retrieve("acct_2");
    expect(server.logins.length).toBe(2);
    release?.();
    await slow;
    expect(server.logins.length).toBe(2);
  });

  it("fails as the login does when the login is refused", async () => {
    const server = await startServer({
      logins: [token("t"), refuse(401)],
      otherwise: refuse(401),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      code: "login_refused",
      operation: "accounts.retrieve",
      cause: { operation: "authentication.login" },
    });
    expect(server.requests.length).toBe(1);
  });

  it("is replaced within the same deadline", async () => {
    const server = await startServer({
      logins: [token("t"), () => undefined],
      otherwise: refuse(401),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    // The login has a minute of its own.
    await expect(client.accounts.retrieve("acct_1", { timeoutMs: 1500 })).rejects.toMatchObject({
      code: "timeout",
      operation: "accounts.retrieve",
      phase: "waiting for the login",
    });
  });

  it("does not hide an earlier failure of the call", async () => {
    const answers = [refuse(503), refuse(401), refuse(400)];
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.update("acct_1", {})).rejects.toMatchObject({
      status: 400,
      attempts: 3,
      outcome: "unknown",
    });
  });
});

describe("an endpoint that refuses every token", () => {
  const redirectUri = "http://127.0.0.1:9/callback";

  /** Counts the tokens that are issued to a platform and to its customer. */
  async function connected(clock: () => number = performance.now.bind(performance)) {
    const emulator = createEmulator();
    const issued = { logins: 0, rotations: 0 };
    const client = createClient({
      ...emulator.clientOptions,
      observer: {
        onToken: ({ kind }) => (issued.logins += kind === "login" ? 1 : 0),
        onConnection: ({ kind }) => (issued.rotations += kind === "rotated" ? 1 : 0),
      },
      oauth: {
        clientId: defaultOAuthClientId,
        clientSecret: defaultOAuthClientSecret,
        redirectUri,
        scopes: ["account_details:read", "balance:read"],
        store: createMemoryStore(),
      },
    });
    vi.spyOn(performance, "now").mockImplementation(clock);
    onTestFinished(() => void vi.restoreAllMocks());
    const state = new URL(await client.oauth.authorizationUrl({ session: "s" })).searchParams;
    const back = emulator.oauth.consent({
      redirectUri,
      scope: "account_details:read balance:read",
      state: state.get("state") ?? "",
    });
    const { connection } = await client.oauth.handleCallback(back, { session: "s" });
    return { emulator, client, issued, id: connection.id };
  }

  it("costs a handful of tokens beside endpoints that accept them, not one per call", async () => {
    const { emulator, client, issued, id } = await connected();
    emulator.faults.always("GET /api/v1/balances/current", { status: 401 });
    for (let i = 0; i < 50; i++) {
      const customer = client.oauth.connection(id);
      await client.accounts.list();
      await expect(client.balances.current()).rejects.toMatchObject({ code: "token_refused" });
      await customer.accounts.current();
      await expect(customer.balances.current()).rejects.toMatchObject({ code: "token_refused" });
    }
    expect(issued).toEqual({ logins: 2, rotations: 1 });
  });

  it("is told apart by account, and by path where the endpoint is not modelled", async () => {
    const server = await startServer({
      otherwise: (response, seen, request) => {
        const isRefused =
          seen.headers["x-on-behalf-of"] === "acct_1" || seen.target.endsWith("/refused");
        const answer = isRefused ? refuse(401) : json(200, [{ currency: "USD" }]);
        return answer(response, seen, request);
      },
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const [one, other] = [client.onBehalfOf("acct_1"), client.onBehalfOf("acct_2")];
    for (let i = 0; i < 30; i++) {
      await other.balances.current();
      await expect(one.balances.current()).rejects.toMatchObject({ code: "token_refused" });
      await client.request({ method: "GET", path: "/api/v1/other" });
      const refused = client.request({ method: "GET", path: "/api/v1/refused" });
      await expect(refused).rejects.toMatchObject({ code: "token_refused" });
    }
    expect(server.logins.length).toBe(3);
  });

  it("is asked again after a while, and later each time", async () => {
    let laterMs = 0;
    const now = performance.now.bind(performance);
    const { emulator, client, issued } = await connected(() => now() + laterMs);
    emulator.faults.always("GET /api/v1/balances/current", { status: 401 });
    const logins: number[] = [];
    for (let minute = 0; minute < 24; minute++) {
      for (let i = 0; i < 12; i++) {
        laterMs += 5000;
        await client.accounts.list();
        await client.balances.current().catch(() => undefined);
      }
      logins.push(issued.logins);
    }
    expect(logins[0]).toBeLessThanOrEqual(4);
    expect(logins.at(-1)).toBeLessThanOrEqual(8);
    expect(logins.at(-1)).toBeGreaterThan(logins[0] as number);
  });

  it("gets another token as soon as the old one is refused everywhere", async () => {
    const { emulator, client } = await connected();
    emulator.faults.always("GET /api/v1/balances/current", { status: 401 });
    await client.accounts.list();
    await client.balances.current().catch(() => undefined);
    await client.accounts.list();
    for (let i = 0; i < 5; i++) {
      emulator.reset();
      await expect(client.accounts.list()).resolves.toMatchObject({ items: [] });
      emulator.reset();
      await expect(client.accounts.list()).resolves.toMatchObject({ items: [] });
    }
  });
});
