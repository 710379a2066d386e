import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { apiVersion, type ClientOptions, createClient } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { account, json, key, slowly, startServer, tokenOf } from "../scripted-server.js";

const create = (changes: object) => () => createClient({ ...key, ...changes } as ClientOptions);

describe("createClient()", () => {
  it.each([
    ["an unknown environment", { environment: "staging" }, 'environment is "staging"'],
    ["no environment", { environment: undefined }, "environment is missing"],
    ["an environment named toString", { environment: "toString" }, "environment is"],
    ["no client id", { clientId: undefined }, "clientId is missing"],
    ["an empty client id", { clientId: "  " }, "clientId is missing"],
    ["no API key", { apiKey: undefined }, "apiKey is missing"],
    ["an API key that is not a string", { apiKey: 5 }, "apiKey is missing"],
    ["an invalid base URL", { baseUrl: "localhost:4010/" }, "baseUrl is not"],
    ["a base URL with a query", { baseUrl: "https://a.example/?x=1" }, "baseUrl has a query"],
    ["a base URL with a user", { baseUrl: "https://me:s3cr3t@a.example" }, "baseUrl has a query"],
    ["a base URL of another protocol", { baseUrl: "ftp://a.example" }, "baseUrl is not https"],
    ["plain http to another machine", { baseUrl: "http://a.example" }, "baseUrl is not https"],
    [
      "plain http to a name like 127.",
      { baseUrl: "http://127.evil.example" },
      "baseUrl is not https",
    ],
    ["plain http to localhost.evil", { baseUrl: "http://localhost.evil.example" }, "is not https"],
    ["the text false for a flag", { allowInsecureHttp: "false" }, "allowInsecureHttp is a string"],
    ["an observer of null", { observer: null }, "observer is null, expected an object"],
    ["a misspelt hook", { observer: { onDrifts() {} } }, 'did you mean "onDrift"'],
    ["a hook that is none", { observer: { onRetry: true } }, "observer.onRetry is a boolean"],
    ["headers in one text", { headers: "x-a: 1" }, "headers is a string"],
    ["headers of fetch", { headers: new Headers({ a: "b" }) }, "headers is a Headers object"],
    ["a rate limit of a text", { rateLimit: "5" }, "rateLimit is a string, expected an object"],
    ["a shared rate limit of null", { rateLimit: { shared: null } }, "rateLimit.shared is not a"],
    ["an OAuth app of null", { oauth: null }, "oauth is null, expected an object"],
    ["a big number as environment", { environment: 10n }, "environment is a bigint"],
    ["a secret as environment", { environment: "s3cr3t-of-mine" }, "a text of 14 characters"],
    ["plain http for files", { filesBaseUrl: "http://a.example" }, "filesBaseUrl is not https"],
    ["an unknown validation", { validation: "loose" }, "validation is not known"],
    [
      "fetch and dispatcher at once",
      { fetch, dispatcher: { dispatch: () => true } },
      "expected one",
    ],
  ])("refuses %s", (_, changes, message) => {
    expect(create(changes)).toThrow(TypeError);
    expect(create(changes)).toThrow(/^Cannot create client: /);
    expect(create(changes)).toThrow(message);
    expect(create(changes)).not.toThrow("s3cr3t");
  });

  it.each(["timeoutMs", "connectTimeoutMs", "maxSockets"])(
    "refuses %s unless it is a number above 0",
    (name) => {
      for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", 2 ** 31]) {
        expect(create({ [name]: value })).toThrow(RangeError);
        expect(create({ [name]: value })).toThrow(`Cannot create client: ${name} is `);
      }
    },
  );

  it("refuses maxRetries unless it is a whole number", () => {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "3"]) {
      expect(create({ maxRetries: value })).toThrow(RangeError);
    }
    expect(create({ maxRetries: 0 })).not.toThrow();
  });

  it.each([
    [{ baseURL: "http://127.0.0.1:1" }, 'baseURL is not a known option, did you mean "baseUrl"'],
    [{ timeout: 5 }, "timeout is not a known option"],
    [
      { rateLimit: { persecond: 5 } },
      'rateLimit.persecond is not a known option, did you mean "perSec',
    ],
    [{ oauth: { redirectURI: "http://127.0.0.1/" } }, "oauth.redirectURI is not a known option"],
  ])("refuses %j, which would have no effect", (changes, message) => {
    expect(create(changes)).toThrow(TypeError);
    expect(create(changes)).toThrow(`Cannot create client: ${message}`);
  });

  it("treats undefined options as not given", () => {
    expect(create({ baseUrl: undefined, baseURL: undefined })).not.toThrow();
  });

  it("refuses a fetch and a dispatcher that cannot be used", () => {
    expect(create({ fetch: "fetch" })).toThrow(TypeError);
    expect(create({ dispatcher: {} })).toThrow(TypeError);
  });

  it("allows http to this machine, and elsewhere only when told to", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"]) {
      expect(create({ baseUrl: `http://${host}:4010` })).not.toThrow();
    }
    expect(
      create({ baseUrl: new URL("http://emulator:4010"), allowInsecureHttp: true }),
    ).not.toThrow();
  });

  it.each(["apiKey", "clientId"])("refuses a line break or white space in %s", (name) => {
    expect(create({ [name]: "key-s3cr3t\n" })).toThrow(
      `Cannot create client: ${name} holds a line break that no key has`,
    );
    for (const end of [" ", "\t", "\u200b", "é", "\0"]) {
      expect(create({ [name]: `key-s3cr3t${end}` })).toThrow(
        `${name} holds white space or another`,
      );
      expect(create({ [name]: `key-s3cr3t${end}` })).not.toThrow("s3cr3t");
    }
  });

  it("refuses unknown options here, in with() and in a call", async () => {
    const wrong = { timeout: 5 } as object;
    const hint = 'timeout is not a known option, did you mean "timeoutMs"';
    expect(create(wrong)).toThrow(`Cannot create client: ${hint}`);
    expect(create({ oauth: { store: {}, clientid: "x" } })).toThrow('did you mean "clientId"');
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    expect(() => client.withOptions(wrong)).toThrow(TypeError);
    expect(() => client.withOptions(wrong)).toThrow(`Cannot create client: ${hint}`);
    await expect(client.accounts.retrieve("acct_1", wrong)).rejects.toThrow(
      new TypeError(`Cannot call accounts.retrieve: ${hint}`),
    );
    await expect(client.accounts.retrieve("acct_1", "acct" as never)).rejects.toThrow(
      new TypeError("Cannot call accounts.retrieve: the options are a string, expected an object"),
    );
    expect(() => createClient(undefined as never)).toThrow("the options are missing, expected");
    expect(server.connections).toBe(0);
  });

  it.each([
    [{ apiVersion: "v1" }, "apiVersion is not a dated version, expected one such as 20"],
    [{ baseUrl: "https://x.example/api/v1/" }, "baseUrl ends in /api/v1/, expected the host alone"],
    [{ timeoutMs: "5000" }, 'timeoutMs is the text "5000", expected a number above 0'],
    [
      { timeoutMs: 2 ** 31 },
      "timeoutMs is 2147483648, expected a number above 0 and up to 2147483647",
    ],
    [{ maxRetries: 1.5 }, "maxRetries is 1.5, expected a whole number of at least 0"],
    [
      { oauth: { clientId: "app", store: createMemoryStore(), redirectUri: "http://127.0.0.1/" } },
      "oauth.clientSecret is missing, expected a string; see your OAuth app at Airwallex",
    ],
  ])("refuses %o", (options, message) => {
    expect(create(options as object)).toThrow(`Cannot create client: ${message}`);
  });

  it.each([
    ["production", "https://api.airwallex.com"],
    ["sandbox", "https://api.sandbox.airwallex.com"],
    ["demo", "https://api-demo.airwallex.com"],
  ] as const)("reaches the host of %s", async (environment, origin) => {
    const urls: string[] = [];
    const client = createClient({
      ...key,
      environment,
      fetch: async (url) => {
        urls.push(url);
        return Response.json({ ...account(), token: "t" });
      },
    });
    expect(client.environment).toBe(environment);
    await client.accounts.retrieve("acct_1");
    expect(urls).toEqual([
      `${origin}/api/v1/authentication/login`,
      `${origin}/api/v1/accounts/acct_1`,
    ]);
  });

  it("makes no promise that nobody holds where crypto.subtle is missing, as in jsdom", async () => {
    const { getRandomValues, randomUUID } = crypto;
    const rejected: unknown[] = [];
    const note = (reason: unknown): void => void rejected.push(reason);
    process.on("unhandledRejection", note);
    // A module that fails to load stays so, and other tests need this one.
    await import("jose");
    vi.stubGlobal("crypto", { getRandomValues, randomUUID });
    vi.stubGlobal("TextEncoder", undefined);
    onTestFinished(() => {
      process.off("unhandledRejection", note);
      vi.unstubAllGlobals();
    });
    const app = { clientId: "app", clientSecret: "secret", redirectUri: "http://127.0.0.1/back" };
    const oauth = { ...app, store: createMemoryStore(), scopes: ["account_details:read"] };
    const client = createClient({ ...key, oauth, tokenStore: createMemoryStore() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rejected).toEqual([]);
    // What needs it says so, to whoever asks.
    await expect(client.oauth.authorizationUrl({ session: "s" })).rejects.toBeInstanceOf(Error);
  });

  it("opens nothing before the first call", async () => {
    const server = await startServer();
    createClient({ ...key, baseUrl: server.url });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.connections).toBe(0);
  });

  it("shows no id, key or token when it is inspected", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    for (const one of [client, client.withOptions({ loginAs: "acct_8" })]) {
      const shown = inspect(one, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      expect(shown + JSON.stringify(one)).not.toMatch(/s3cr3t|client-id-7Qk2/);
    }
  });

  it("reads its options once", async () => {
    const server = await startServer();
    const options = {
      ...key,
      baseUrl: server.url,
      headers: { "x-own": "1" },
      onBehalfOf: "acct_1",
    };
    const client = createClient(options);
    Object.assign(options, { onBehalfOf: "acct_2", baseUrl: "https://evil.example" });
    options.headers["x-own"] = "2";
    await client.accounts.current();
    await client.withOptions({ maxRetries: 1 }).accounts.current();
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ "x-own": "1", "x-on-behalf-of": "acct_1" });
    }
    expect(server.requests.length).toBe(2);
  });
});

describe("onBehalfOf()", () => {
  it("returns a client for the connected account, and leaves this one as it is", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const connected = client.onBehalfOf("acct_9");
    await connected.accounts.current();
    await client.accounts.current();
    await connected.onBehalfOf("acct_8").accounts.current();
    await connected.accounts.current({ onBehalfOf: "acct_7" });
    const accounts = server.requests.map(({ headers }) => headers["x-on-behalf-of"]);
    expect(accounts).toEqual(["acct_9", undefined, "acct_8", "acct_7"]);
  });

  it("shares connections and token", async () => {
    const server = await startServer({ otherwise: slowly(5, json(200, account())) });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 2 });
    const calls = Array.from({ length: 20 }, (_, i) =>
      client.onBehalfOf(`acct_${i}`).accounts.current(),
    );
    await Promise.all(calls);
    expect(server.logins.length).toBe(1);
    expect(server.connections).toBe(2);
    const tokens = new Set(server.requests.map(({ headers }) => headers.authorization));
    expect(tokens).toEqual(new Set([`Bearer ${tokenOf(1)}`]));
  });

  it.each([undefined, null, "", 7, {}])(
    "refuses %j, which would act for the platform",
    async (id) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      const act = async () => await client.onBehalfOf(id as string).accounts.current();
      await expect(act()).rejects.toThrow(/on-behalf-of|onBehalfOf/);
      expect(server.requests.length).toBe(0);
    },
  );
});

describe("with()", () => {
  it("changes what it is given, and keeps the rest", async () => {
    const server = await startServer();
    const client = createClient({
      ...key,
      baseUrl: server.url,
      onBehalfOf: "acct_9",
      headers: { "x-own": "1" },
    });
    const other = client.withOptions({ apiVersion: "2025-01-01" });
    await other.accounts.current();
    await client.accounts.current();
    await other
      .withOptions({ apiVersion: null, onBehalfOf: undefined, headers: {} })
      .accounts.current();
    const [changed, first, cleared] = server.requests.map(({ headers }) => headers);
    expect(changed).toMatchObject({
      "x-api-version": "2025-01-01",
      "x-on-behalf-of": "acct_9",
      "x-own": "1",
    });
    expect(first).toMatchObject({ "x-api-version": apiVersion });
    expect(cleared).not.toHaveProperty("x-api-version");
    expect(cleared).not.toHaveProperty("x-on-behalf-of");
    expect(cleared).not.toHaveProperty("x-own");
    expect(server.logins.length).toBe(1);
  });

  it("validates what it is given", () => {
    const client = createClient(key);
    expect(() => client.withOptions({ timeoutMs: 0 })).toThrow(RangeError);
    expect(() => client.withOptions({ maxRetries: -1 })).toThrow(RangeError);
    expect(() => client.withOptions({ validation: "loose" as "off" })).toThrow(TypeError);
    expect(() => client.withOptions({ environment: "production" } as never)).toThrow(
      "environment is not",
    );
    expect(() => client.withOptions({ headers: { host: "evil.example" } })).toThrow("headers.host");
  });

  it("refuses an empty loginAs, which would log in as somebody else", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const act = async () => await client.withOptions({ loginAs: "" }).accounts.current();
    await expect(act()).rejects.toThrow(/login-as|loginAs/);
    expect(server.connections).toBe(0);
  });

  it("leaves every client frozen", () => {
    const client = createClient(key);
    for (const one of [client, client.withOptions({}), client.onBehalfOf("acct_9")]) {
      expect(Object.isFrozen(one)).toBe(true);
      expect(() => Object.assign(one, { environment: "production" })).toThrow(TypeError);
    }
  });
});
