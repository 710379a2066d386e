/** The socket and the core: paths, methods, bodies and access. */

import { networkInterfaces } from "node:os";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect, login, send } from "../api.js";
import { minimal } from "../inputs.js";

test("startEmulator() listens on a free local port by default", async () => {
  await using emulator = await startEmulator();
  expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const api = await connect(emulator);
  expect((await api("GET", "/api/v1/accounts")).body).toEqual({ has_more: false, items: [] });
});

test("an unknown option is refused with a suggestion", async () => {
  const wrong = { reviewAfter: 5 } as object;
  const hint =
    'Cannot make emulator: reviewAfter is not a known option, did you mean "reviewAfterMs"';
  await expect(startEmulator(wrong)).rejects.toThrow(hint);
  expect(() => createEmulator(wrong)).toThrow(new TypeError(hint));
});

test.each([
  [
    { webhooks: { timeout: 5 } },
    'webhooks.timeout is not a known option, did you mean "timeoutMs"',
  ],
  [{ oauth: { grace: 5 } }, 'oauth.grace is not a known option, did you mean "graceMs"'],
  [
    { oauth: { apps: [{ clientId: "a", public: true, redirectUris: [], secret: "s" }] } },
    'oauth.apps[].secret is not a known option, did you mean "clientSecret"',
  ],
])("an unknown option within another is refused: %j", (wrong, hint) => {
  expect(() => createEmulator(wrong as object)).toThrow(
    new TypeError(`Cannot make emulator: ${hint}`),
  );
});

test("startEmulator() rejects when the port is taken", async () => {
  await using emulator = await startEmulator();
  const port = Number(new URL(emulator.url).port);
  await expect(startEmulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

const hosts: readonly (readonly [host: string, shown: string])[] = [
  ["0.0.0.0", "127.0.0.1"],
  ["localhost", "localhost"],
];
const ipv6Hosts: typeof hosts = [
  ["::1", "[::1]"],
  ["::", "[::1]"],
];

test.each(hasIpv6 ? [...hosts, ...ipv6Hosts] : hosts)(
  "startEmulator() on the host %s can be reached at %s",
  async (host, shown) => {
    await using emulator = await startEmulator({ host });
    expect(new URL(emulator.url).hostname).toBe(shown);
    expect((await send(emulator, "GET", "/nothing")).status).toBe(404);
  },
);

test("close() stops the server, and may be called twice", async () => {
  const emulator = await startEmulator();
  await Promise.all([emulator.close(), emulator.close()]);
  await expect(fetch(emulator.url)).rejects.toThrow("fetch failed");
});

test.each([
  ["an unknown path", "GET", "/api/v1/nothing", 404, "not_found"],
  ["a path that is too long", "GET", "/api/v1/accounts/a/b/c", 404, "not_found"],
  ["a broken escape", "GET", "/api/v1/accounts/%E0%A4%A", 404, "not_found"],
  ["a wrong method", "GET", "/api/v1/accounts/create/submit", 405, "method_not_allowed"],
  ["a method that no endpoint has", "DELETE", "/api/v1/accounts", 405, "method_not_allowed"],
])(
  "the emulator refuses %s with the documented envelope",
  async (_, method, path, status, code) => {
    await using emulator = await startEmulator();
    const api = await connect(emulator);
    const answer = await api(method, path);
    expect(answer).toMatchObject({ status, body: { code, details: {} } });
    expect(answer.body.message).toEqual(expect.any(String));
    expect(answer.body.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers.get("correlation-id")?.replaceAll("-", "")).toBe(answer.body.trace_id);
    expect(answer.headers.get("x-awx-trace-id")).toBe(answer.body.trace_id);
  },
);

test("the emulator lists the methods of a path when the method is wrong", async () => {
  await using emulator = await startEmulator();
  expect((await send(emulator, "PUT", "/api/v1/accounts")).headers.get("allow")).toBe("GET");
});

test("the emulator ignores trailing slashes and unknown query parameters", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  expect((await api("GET", "/api/v1/account/?_t=1765432100000")).status).toBe(200);
  expect((await api("GET", "/api/v1/accounts?_t=1765432100000&unknown=1")).status).toBe(200);
});

test.each([
  ["nothing", undefined, 401, "unauthorized"],
  ["another scheme", "Basic abc", 401, "credentials_invalid"],
  ["a made-up token", "Bearer abc", 401, "credentials_invalid"],
])("the emulator refuses a call whose token is %s", async (_, authorization, status, code) => {
  await using emulator = await startEmulator();
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await send(emulator, "GET", "/api/v1/accounts", undefined, headers);
  expect(answer).toMatchObject({ status, body: { code } });
});

test("the emulator answers a missing token with 403 if missingAuthStatus says so", async () => {
  await using emulator = await startEmulator({ missingAuthStatus: 403 });
  const answer = await send(emulator, "GET", "/api/v1/accounts");
  expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

test.each([
  ["broken JSON", "{", "bad_request"],
  ["bytes that are not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "bad_request"],
  ["a list", "[]", "invalid_argument"],
  ["null", "null", "invalid_argument"],
  ["nothing", undefined, "field_required"],
])("the emulator refuses a body that is %s", async (_, body, code) => {
  await using emulator = await startEmulator();
  const { body: token } = await send(emulator, "POST", "/api/v1/authentication/login", undefined, {
    "x-client-id": emulator.clientOptions.clientId,
    "x-api-key": emulator.clientOptions.apiKey,
  });
  const response = await fetch(`${emulator.url}/api/v1/accounts/create`, {
    method: "POST",
    headers: { authorization: `Bearer ${token.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code });
});

test("the emulator refuses a body of more than 32 MiB and still answers", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const huge = { ...minimal, nickname: "x".repeat(33 * 1024 * 1024) };
  expect(await api("POST", "/api/v1/accounts/create", huge)).toMatchObject({
    status: 413,
    body: { code: "invalid_argument" },
  });
});

test("x-on-behalf-of selects the account of the call, which must belong to the platform", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", minimal);
  const ofAccount = { "x-on-behalf-of": account.id };
  const current = await api("GET", "/api/v1/account", undefined, ofAccount);
  expect(current.body).toMatchObject({ id: account.id, view_type: "COMPLETE" });
  const wallet = await api("GET", "/api/v1/account/wallet_info", undefined, ofAccount);
  expect(wallet.body.account_name).toBe("Swift Concrete Pty Ltd");
  const ofPlatform = { "x-on-behalf-of": emulator.accounts.platformId };
  expect((await api("GET", "/api/v1/account", undefined, ofPlatform)).status).toBe(200);
  const stranger = await api("GET", "/api/v1/account", undefined, { "x-on-behalf-of": "acct_no" });
  expect(stranger).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

test("requests lists what was requested, without bodies", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", minimal);
  await api("GET", "/api/v1/account?_t=1", undefined, { "x-on-behalf-of": account.id });
  await api("GET", "/nowhere");
  expect(emulator.requests.map(({ endpoint, status }) => [endpoint, status])).toEqual([
    ["authentication.login", 201],
    ["accounts.create", 201],
    ["accounts.current", 200],
    [undefined, 404],
  ]);
  expect(emulator.requests[2]).toMatchObject({
    at: emulator.clock.now(),
    method: "GET",
    path: "/api/v1/account",
    query: "?_t=1",
    onBehalfOf: account.id,
    fault: undefined,
    requestBody: undefined,
    responseBody: undefined,
    durationMs: expect.any(Number),
  });
});

test("requests keeps bodies if recordBodies is set, and 1,000 entries at most", async () => {
  await using emulator = await startEmulator({ recordBodies: true });
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", minimal);
  expect(JSON.parse(emulator.requests[1]?.requestBody ?? "")).toEqual(minimal);
  expect(JSON.parse(emulator.requests[1]?.responseBody ?? "")).toEqual(body);
  for (let i = 0; i < 2_100; i++) await emulator.fetch(`http://emulator.localhost/${i}`);
  expect(emulator.requests).toHaveLength(1_000);
  expect(emulator.requests.at(-1)?.path).toBe("/2099");
});

test.each([
  ["lists", "[", "]"],
  ["objects", '{"a":', "}"],
])("a body of deeply nested %s is refused, as valid as it may be", async (_, open, close) => {
  const emulator = createEmulator();
  const { body } = await login(emulator);
  const create = async (depth: number) => {
    const nested = `{"metadata":${open.repeat(depth)}1${close.repeat(depth)}}`;
    const response = await emulator.fetch("http://emulator.localhost/api/v1/accounts/create", {
      method: "POST",
      headers: { authorization: `Bearer ${body.token}`, "content-type": "application/json" },
      body: nested,
    });
    return { status: response.status, ...((await response.json()) as { message: string }) };
  };
  const refused = { status: 400, code: "bad_request" };
  const message = "The request body is nested more than 200 levels deep.";
  expect(await create(200)).toMatchObject({ ...refused, message });
  expect(await create(1_000_000)).toMatchObject({ ...refused, message });
  // Read as usual, and refused for its members.
  expect(await create(199)).toMatchObject({ status: 400, code: "field_required" });
});

test("brackets in texts do not count as nesting", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const identifier = `\\"[{${"[".repeat(300)}`;
  const created = await api("POST", "/api/v1/accounts/create", { ...minimal, identifier });
  expect(created).toMatchObject({ status: 201, body: { identifier } });
});

test.each([
  "/inspector/constructor",
  "/inspector/toString/x",
  "/inspector/__proto__/x",
  "/inspector/hasOwnProperty/x",
  "/constructor",
])("GET %s finds nothing: names are only looked up in tables", async (path) => {
  await using emulator = await startEmulator();
  const answer = await send(emulator, "GET", path);
  expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
});

test.each(["constructor.x", "__proto__.x", "toString.valueOf"])(
  "an event named %s has no sample, like any unknown one",
  async (name) => {
    const emulator = createEmulator({ webhooks: { fetch: () => new Response() } });
    emulator.webhooks.subscribe({ url: "http://emulator.localhost/", events: [name] });
    emulator.deliver({ name });
    await emulator.webhooks.settled();
    const [delivery] = emulator.webhooks.deliveries();
    expect(JSON.parse(delivery?.body ?? "")).toMatchObject({ name, data: {} });
  },
);

test.each([{ rateLimits: "constructor" }, { webhooks: { retries: "constructor" } }])(
  "an option with a name that every object has is refused: %j",
  (options) => {
    expect(() => createEmulator(options as object)).toThrow(RangeError);
  },
);

test("no answer may be kept by a cache, be it a token, an account or a refusal", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const form = { grant_type: "refresh_token", client_id: "appid_emulator" };
  const answers = [
    await login(emulator),
    await api("GET", "/api/v1/account"),
    await api("GET", "/api/v1/nothing"),
    await send(emulator, "POST", "/oauth/token", form),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 404, 401]);
  for (const { headers } of answers) expect(headers.get("cache-control")).toBe("no-store");
});
