import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createClient, type TokenEvent } from "../../src/index.js";
import {
  type Answer,
  account,
  json,
  key,
  refuse,
  type Script,
  slowly,
  startServer,
  text,
  token,
  tokenOf,
} from "../scripted-server.js";

/** The lifetime that a client derives from a login's answer. */
async function lifetimeOf(answer: Answer): Promise<number | undefined> {
  const events: TokenEvent[] = [];
  const onToken = (event: TokenEvent) => events.push(event);
  const server = await startServer({ logins: [answer] });
  const client = createClient({ ...key, baseUrl: server.url, observer: { onToken } });
  await client.accounts.retrieve("acct_1");
  expect(server.requests[0]?.headers.authorization).toBe("Bearer t");
  expect(events).toMatchObject([{ kind: "login" }]);
  return events[0]?.lifetimeMs;
}

/** What an undici dispatcher reports about an exchange. */
interface Handler {
  onRequestStart(controller: object): void;
  onResponseStart(controller: object, status: number, headers: object): void;
  onResponseData(controller: object, chunk: Buffer): void;
  onResponseEnd(): void;
}

const minutes = (n: number): number => n * 60_000;
const inMinutes = (n: number): string => new Date(Date.now() + minutes(n)).toISOString();

describe("the login", () => {
  it("sends id and key in its headers, and nothing of the call that needs it", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url, onBehalfOf: "acct_9" });
    await client.accounts.retrieve("acct_1", { headers: { "x-trace": "1" } });
    const [login] = server.logins;
    expect(login?.method).toBe("POST");
    expect(login?.headers).toMatchObject({
      "x-client-id": key.clientId,
      "x-api-key": key.apiKey,
      "content-length": "0",
    });
    for (const name of ["authorization", "x-on-behalf-of", "x-login-as", "x-trace"]) {
      expect(login?.headers).not.toHaveProperty(name);
    }
  });

  it("is made once for ten thousand calls at a cold start", async () => {
    let logins = 0;
    let calls = 0;
    const answer = (handler: Handler, body: unknown): void => {
      const controller = {
        abort: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
      };
      handler.onRequestStart(controller);
      handler.onResponseStart(controller, 200, {});
      handler.onResponseData(controller, Buffer.from(JSON.stringify(body)));
      handler.onResponseEnd();
    };
    const dispatch = ({ path }: { readonly path: string }, handler: Handler): boolean => {
      if (path.endsWith("/login")) {
        logins += 1;
        setTimeout(() => answer(handler, { token: "t", expires_at: inMinutes(30) }), 20);
      } else {
        calls += 1;
        answer(handler, account());
      }
      return true;
    };
    const client = createClient({ ...key, dispatcher: { dispatch } });
    const ids = Array.from({ length: 10_000 }, (_, i) => `acct_${i}`);
    await Promise.all(ids.map((id) => client.accounts.retrieve(id)));
    expect(calls).toBe(10_000);
    expect(logins).toBe(1);
  });

  it("is shared by derived clients, and made again for each account to log in as", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const other = client.withOptions({ loginAs: "acct_8" });
    await Promise.all([
      client.accounts.retrieve("acct_1"),
      client.onBehalfOf("acct_9").accounts.retrieve("acct_2"),
      client.withOptions({ timeoutMs: 5000 }).accounts.retrieve("acct_3"),
      other.accounts.retrieve("acct_4"),
      other.onBehalfOf("acct_7").accounts.retrieve("acct_5"),
      client.withOptions({ loginAs: "acct_8", maxRetries: 1 }).accounts.retrieve("acct_6"),
    ]);
    const names = server.logins.map(({ headers }) => headers["x-login-as"]);
    expect(names.sort()).toEqual(["acct_8", undefined]);
    const tokens = new Map(server.requests.map((one) => [one.target, one.headers.authorization]));
    const tokenFor = (id: string) => tokens.get(`/api/v1/accounts/${id}`);
    expect(tokenFor("acct_1")).toBe(tokenFor("acct_2"));
    expect(tokenFor("acct_1")).toBe(tokenFor("acct_3"));
    expect(tokenFor("acct_4")).toBe(tokenFor("acct_5"));
    expect(tokenFor("acct_4")).toBe(tokenFor("acct_6"));
    expect(tokenFor("acct_1")).not.toBe(tokenFor("acct_4"));
  });

  it("is not shared between two clients", async () => {
    const server = await startServer();
    const first = createClient({ ...key, baseUrl: server.url });
    const second = createClient({ ...key, apiKey: "another-key", baseUrl: server.url });
    await first.accounts.retrieve("acct_1");
    await second.accounts.retrieve("acct_2");
    await first.accounts.retrieve("acct_3");
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([1, 2, 1].map((n) => `Bearer ${tokenOf(n)}`));
  });

  it("is retried after a 503, a 429 and a cut connection", async () => {
    const server = await startServer({ logins: [refuse(503), refuse(429), token("t")] });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    expect(server.logins.length).toBe(3);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer t");
  });
});

describe("a login that fails", () => {
  it.each<readonly [string, Script, object]>([
    [
      "401",
      { logins: [json(401, { code: "credentials_invalid", message: "UNAUTHORIZED" })] },
      { name: "AuthenticationError", code: "login_refused", status: 401 },
    ],
    [
      "403",
      { logins: [json(403, { code: "forbidden" })] },
      { name: "ApiError", code: "forbidden", status: 403 },
    ],
    [
      "429",
      { logins: [json(429, {}, { "retry-after": "600" })] },
      { name: "ApiError", code: "rate_limited", retryAfterMs: 600_000 },
    ],
    [
      "500",
      { logins: [json(500, {}, { "retry-after": "600" })] },
      { name: "ApiError", code: "server_error", outcome: "not_done" },
    ],
    [
      "a web page",
      { logins: [text(200, "<html>", { "content-type": "text/html" })] },
      { name: "ShapeError", code: "unreadable_response" },
    ],
  ])(
    "with %s rejects all callers, is briefly remembered, and sends none of their calls",
    async (_, script, error) => {
      const server = await startServer(script);
      const client = createClient({ ...key, baseUrl: server.url });
      const calls = Array.from({ length: 50 }, (_, i) => client.accounts.submit(`acct_${i}`));
      const reasons = new Set<unknown>();
      for (const [i, result] of (await Promise.allSettled(calls)).entries()) {
        const path = `/api/v1/accounts/acct_${i}/submit`;
        expect(result).toMatchObject({
          status: "rejected",
          reason: { ...error, operation: "accounts.submit", path, outcome: "not_done" },
        });
        if (result.status === "rejected") reasons.add(result.reason);
      }
      expect(reasons.size).toBe(50);
      for (const reason of reasons) {
        expect(reason).toMatchObject({ cause: { operation: "authentication.login" } });
        expect(String(reason)).toContain("Cannot call accounts.submit: the login failed, ");
      }
      const later = await client.accounts.submit("acct_1").catch((reason: unknown) => reason);
      expect(later).toMatchObject({ ...error, operation: "accounts.submit" });
      expect(reasons.has(later)).toBe(false);
      expect(String(later)).toMatch(
        /the login failed a moment ago and is not made again for \d+\.\d s, /,
      );
      expect(server.logins.length).toBe(1);
      expect(server.requests.length).toBe(0);
    },
  );

  it("says what to check, and shows neither the id nor the key", async () => {
    const refused = json(401, { message: `No key ${key.apiKey}` });
    const server = await startServer({ logins: [refused, refused] });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await client.accounts.submit("acct_1").catch((reason: unknown) => reason);
    expect(String(error)).toContain("check clientId and apiKey");
    const as = client.withOptions({ loginAs: "acct_2" }).accounts.submit("acct_1");
    await expect(as).rejects.toThrow("check clientId, apiKey and loginAs");
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/s3cr3t|client-id-7Qk2/);
  });

  it("is the cause of the timeout when a call's deadline passes before the login is retried", async () => {
    const server = await startServer({
      logins: [refuse(503, { message: "Closed for tonight" }, { "retry-after": "9" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    // Not a call with an input: nothing is left to load that could take up the time.
    for (const timeoutMs of [500, 501]) {
      const error = await client.accounts.current({ timeoutMs }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: "timeout",
        operation: "accounts.current",
        phase: "waiting for the login",
        attempts: 0,
        cause: { name: "ApiError", status: 503, operation: "authentication.login" },
      });
      expect(String(error)).toContain(
        'the deadline passed while waiting for the login, which had failed: Cannot call authentication.login: 503 some_code, "Closed for tonight"',
      );
    }
    expect(server.logins.length).toBe(1);
  });

  it("has the caller's line in its stack", async () => {
    const server = await startServer({ logins: [json(401, {})] });
    const client = createClient({ ...key, baseUrl: server.url });
    async function settleInvoice() {
      return await client.accounts.list();
    }
    const error = await settleInvoice().catch((reason: unknown) => reason);
    expect(error instanceof Error && error.stack).toContain("settleInvoice");
  });

  it("is not abandoned when one of its callers gives up", async () => {
    const server = await startServer({ logins: [slowly(1000, token("t"))] });
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const first = client.accounts.retrieve("acct_1", { signal: controller.signal });
    const second = client.accounts.retrieve("acct_2", { timeoutMs: 300 });
    const third = client.accounts.retrieve("acct_3");
    const settled = Promise.allSettled([first, second, third]);
    controller.abort("enough");
    expect(await settled).toMatchObject([
      { status: "rejected", reason: { cause: "enough" } },
      { status: "rejected", reason: { code: "timeout", phase: "waiting for the login" } },
      { status: "fulfilled" },
    ]);
    expect(server.logins.length).toBe(1);
  });
});

describe("the lifetime of a token", () => {
  it("is counted from the remote's own clock when it sends the time", async () => {
    const answer = json(
      201,
      { token: "t", expires_at: "2015-10-21T07:48:00+0000" },
      { date: "Wed, 21 Oct 2015 07:28:00 GMT" },
    );
    expect(await lifetimeOf(answer)).toBe(minutes(20));
  });

  it.each([
    ["+0000", () => inMinutes(20).replace("Z", "+0000")],
    ["+00:00", () => inMinutes(20).replace("Z", "+00:00")],
    ["an offset", () => inMinutes(20 + 8 * 60).replace("Z", "+0800")],
  ])("is read from a time with %s", async (_, expiresAt) => {
    const answer: Answer = (response, seen, request) => {
      response.sendDate = false;
      return json(201, { token: "t", expires_at: expiresAt() })(response, seen, request);
    };
    const lifetimeMs = (await lifetimeOf(answer)) ?? 0;
    expect(lifetimeMs).toBeGreaterThan(minutes(20) - 5000);
    expect(lifetimeMs).toBeLessThanOrEqual(minutes(20));
  });

  it.each([
    ["in the past", { expires_at: "2001-01-01T00:00:00Z" }],
    ["missing", {}],
    ["null", { expires_at: null }],
    ["empty", { expires_at: "" }],
    ["not a time", { expires_at: "soon" }],
    ["an object", { expires_at: {} }],
  ])("is half an hour when expires_at is %s", async (_, body) => {
    expect(await lifetimeOf(json(201, { token: "t", ...body }))).toBe(minutes(30));
  });

  it.each([
    ["missing", {}],
    ["null", { token: null }],
    ["empty", { token: "" }],
    ["a number", { token: 5 }],
    ["one that adds a header", { token: "t\r\nx-on-behalf-of: acct_1" }],
  ])("does not begin when the token is %s", async (_, body) => {
    const server = await startServer({
      logins: [json(201, { expires_at: inMinutes(30), ...body })],
    });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    const error = await client.accounts.retrieve("acct_1").catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "ShapeError",
      cause: { operation: "authentication.login" },
    });
    expect(server.requests.length).toBe(0);
  });

  it.each([
    ["null", null],
    ["a list", []],
    ["a string", "t"],
  ])("does not begin when the answer is %s", async (_, body) => {
    const server = await startServer({ logins: [json(201, body)] });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      name: "ShapeError",
      cause: { operation: "authentication.login" },
    });
    expect(server.requests.length).toBe(0);
  });

  it("ends with a renewal in the background, during which the old token is still used", async () => {
    const server = await startServer({
      logins: [token("old", 1000), slowly(100, token("new"))],
      otherwise: json(200, account()),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    await new Promise((resolve) => setTimeout(resolve, 550));
    await client.accounts.retrieve("acct_2");
    await expect.poll(() => server.logins.length, { interval: 2 }).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await client.accounts.retrieve("acct_3");
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer old", "Bearer old", "Bearer new"]);
    expect(server.logins.length).toBe(2);
  });
});
