import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import * as errors from "../../src/errors/index.js";
import { endpoints } from "../../src/generated/endpoints.js";
import {
  AccountStatusError,
  ApiError,
  AuthenticationError,
  createClient,
  isAirwallexError,
  NetworkError,
  SdkError,
  ShapeError,
  StoreError,
  ValidationError,
} from "../../src/index.js";
import { cut, json, key, newAccount, refuse, startServer, text } from "../scripted-server.js";

const facts = {
  operation: "accounts.submit",
  method: "POST",
  path: "/api/v1/accounts/acct_1/submit",
  outcome: "not_done",
  attempts: 2,
  requestId: "r-1",
} as const;

const remote = {
  status: 400,
  apiCode: "field_required",
  remoteMessage: "is required",
  source: "business_name",
  details: undefined,
  fieldErrors: [],
  traceId: undefined,
  retryAfterMs: undefined,
};

const socketError = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

/** One error of each class, built by one copy of the package. */
function oneOfEach(copy: typeof errors): readonly errors.AirwallexError[] {
  const account = { accountId: "acct_1", status: "CREATED", waitedForMs: 5 };
  return [
    new copy.ApiError("invalid_request", remote, facts, { body: {} }),
    new copy.AuthenticationError("token_refused", { ...remote, status: 401 }, facts),
    new copy.NetworkError("response_lost", "connecting", "Lost", facts, socketError),
    new copy.ValidationError("accounts.create", [{ path: ["a", 0], message: "is wrong" }]),
    new copy.ShapeError("unexpected_shape", "Strange", facts, [], {}),
    new copy.AccountStatusError("status_timeout", "Too late", account, undefined),
    new copy.StoreError("store_not_ready", "No tables"),
  ];
}

const classes = [
  ApiError,
  AuthenticationError,
  NetworkError,
  ValidationError,
  ShapeError,
  AccountStatusError,
  StoreError,
];

/** The same modules again, as a second copy of the package would load them. */
async function secondCopy(): Promise<typeof errors> {
  vi.resetModules();
  const copy = await import("../../src/errors/index.js");
  expect(copy.ApiError).not.toBe(errors.ApiError);
  expect(copy.SdkError).not.toBe(errors.SdkError);
  return copy;
}

describe("instanceof", () => {
  it("tells the classes apart", () => {
    for (const [i, error] of oneOfEach(errors).entries()) {
      expect(error).toBeInstanceOf(Error);
      expect(error).toBeInstanceOf(SdkError);
      expect(classes.map((one) => error instanceof one)).toEqual(classes.map((_, j) => i === j));
    }
  });

  it("tells the classes apart across two copies of the package", async () => {
    const copy = await secondCopy();
    for (const [i, error] of oneOfEach(copy).entries()) {
      expect(error).toBeInstanceOf(SdkError);
      expect(isAirwallexError(error)).toBe(true);
      expect(classes.map((one) => error instanceof one)).toEqual(classes.map((_, j) => i === j));
    }
    expect(copy.isAirwallexError(oneOfEach(errors)[0])).toBe(true);
  });

  it("works for a class that an app derives from ours", () => {
    class ShopError extends ValidationError {}
    const error = new ShopError("shop.open", []);
    expect(error).toBeInstanceOf(ShopError);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toBeInstanceOf(SdkError);
    expect(error).not.toBeInstanceOf(ApiError);
    expect(new ValidationError("shop.open", [])).not.toBeInstanceOf(ShopError);
  });

  it.each([
    undefined,
    null,
    5,
    "text",
    {},
    new Error("x"),
    { name: "ApiError", code: "x" },
    () => 1,
  ])("is false for %s", (value) => {
    expect(value instanceof SdkError).toBe(false);
    for (const one of classes) expect(value instanceof one).toBe(false);
    expect(isAirwallexError(value)).toBe(false);
  });
});

describe("an error", () => {
  it("states its name, what failed, and what is known of the outcome", () => {
    expect(oneOfEach(errors).map(String)).toEqual([
      'ApiError: Cannot call accounts.submit: 400 field_required, "is required", source business_name (POST /api/v1/accounts/acct_1/submit, outcome not_done, 2 attempts, request id r-1)',
      'AuthenticationError: Cannot call accounts.submit: 401 field_required, "is required", source business_name; a valid token was refused; check the permissions of the API key, and its IP allow-list (POST /api/v1/accounts/acct_1/submit, outcome not_done, 2 attempts, request id r-1)',
      "NetworkError: Lost (POST /api/v1/accounts/acct_1/submit, outcome not_done, 2 attempts, request id r-1)",
      "ValidationError: Cannot call accounts.create: a[0]: is wrong",
      "ShapeError: Strange (POST /api/v1/accounts/acct_1/submit, outcome not_done, 2 attempts, request id r-1)",
      "AccountStatusError: Too late",
      "StoreError: No tables",
    ]);
  });

  it("names three issues in its message, and lists all of them on the console", () => {
    const issues = [1, 2, 3, 4, 5].map((n) => ({
      path: ["persons", n, "email"],
      message: "is bad",
    }));
    const error = new ValidationError("accounts.create", issues);
    expect(error.message).toBe(
      "Cannot call accounts.create: persons[1].email: is bad; persons[2].email: is bad; persons[3].email: is bad; and 2 more",
    );
    expect(error.issues).toEqual(issues);
    expect(JSON.parse(JSON.stringify(error)).issues).toEqual(issues);
    for (const one of [error, new ShapeError("unexpected_shape", "Strange", facts, issues, {})]) {
      expect(inspect(one)).toContain("persons[5].email: is bad");
    }
  });

  it("of unknown outcome says what to do, for every endpoint in the table", () => {
    for (const { name, retry, environment } of endpoints) {
      const write = { ...facts, operation: name, outcome: "unknown" } as const;
      const { message } = new NetworkError("response_lost", "x", "Lost", write);
      expect(message).toContain("; it may have been done");
      if (retry === "safe" || retry === "request_id") continue;
      if (environment === "sandbox") continue;
      expect(message).not.toContain("look before you call again");
    }
  });

  it("of a call has an outcome", () => {
    expect(oneOfEach(errors).map((error) => ("outcome" in error ? error.outcome : "none"))).toEqual(
      [...Array.from({ length: 5 }, () => "not_done"), "none", "none"],
    );
  });

  it("becomes plain JSON data, with everything that inspection shows", () => {
    for (const error of oneOfEach(errors)) {
      const data = JSON.parse(JSON.stringify({ error })).error;
      expect(data).toMatchObject({ name: error.name, message: error.message, code: error.code });
      for (const [name, value] of Object.entries(error)) {
        if (value !== undefined) expect(data).toHaveProperty([name]);
      }
    }
  });

  it("keeps its cause", () => {
    const error = oneOfEach(errors)[2];
    expect(error?.cause).toBe(socketError);
    expect(inspect(error)).toContain("[cause]: Error: socket hang up");
    expect(error?.toJSON()).toMatchObject({
      cause: { name: "Error", message: "socket hang up", code: "ECONNRESET" },
    });
    for (const other of oneOfEach(errors)) {
      if (other !== error && other.name !== "NetworkError")
        expect(other).not.toHaveProperty("cause");
    }
  });

  it("shows its name once, and no body, data or account", () => {
    const body = { first_name: "Ada" };
    const made = [
      new ApiError("invalid_request", remote, facts, { body }),
      new ShapeError("unexpected_shape", "Strange", facts, [], body),
      new AccountStatusError(
        "status_timeout",
        "Late",
        { accountId: "a", status: "CREATED", waitedForMs: 1 },
        { id: "a", status: "CREATED", created_at: "", nickname: "Ada" },
      ),
    ];
    for (const error of made) {
      const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      expect(shown).not.toContain("Ada");
      expect(JSON.stringify(error)).not.toContain("Ada");
      expect(inspect(error).match(new RegExp(`${error.name}: `, "g"))?.length).toBe(1);
      expect(structuredClone({ ...error })).not.toHaveProperty("body");
    }
    expect(made.map((error) => ("body" in error ? error.body : undefined))).toEqual([
      body,
      undefined,
      undefined,
    ]);
  });
});

describe("what a call rejects with", () => {
  it("can be told apart by its code", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer({
      answers: [refuse(400), refuse(404), refuse(401), refuse(401), cut(), text(200, "x")],
      otherwise: json(200, [{ id: 1 }]),
    });
    const client = createClient({
      ...key,
      baseUrl: server.url,
      maxRetries: 0,
      validation: "strict",
    });
    vi.restoreAllMocks();
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) {
      await client.accounts.suspend("acct_1").catch((error: unknown) => {
        if (isAirwallexError(error)) codes.push(error.code);
      });
    }
    await client.accounts.create({ ...newAccount, identifier: 5 } as never).catch((error) => {
      if (isAirwallexError(error)) codes.push(error.code);
    });
    expect(codes).toEqual([
      "invalid_request",
      "not_found",
      "token_refused",
      "response_lost",
      "unreadable_response",
      "unexpected_shape",
      "invalid_input",
    ]);
  });
});

describe("ApiError.headers", () => {
  it("are those of the response, without cookies, tokens and what was sent", async () => {
    const server = await startServer({
      otherwise: json(
        403,
        { code: "forbidden" },
        {
          "X-Next-Step": "step-1",
          "x-request-id": "r-1",
          "set-cookie": "session=s3cr3t",
          "x-auth-token": "s3cr3t",
          "www-authenticate": "Bearer s3cr3t",
          "x-echo": "for ada@example.com",
        },
      ),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await client.accounts.submit("acct_1").catch((reason: unknown) => reason);
    if (!(error instanceof ApiError)) throw error;
    expect(error.headers).toMatchObject({
      "x-next-step": "step-1",
      "x-request-id": "r-1",
      "x-echo": "for [redacted]",
    });
    expect(JSON.stringify(error.headers)).not.toContain("s3cr3t");
    expect(JSON.stringify(error)).not.toContain("step-1");
  });
});

describe("a failure of a custom fetch", () => {
  const refusedAt = (address: string) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: "ECONNREFUSED" });
  const both = [refusedAt("::1:80"), refusedAt("127.0.0.1:80"), refusedAt("127.0.0.1:80")];

  it.each([
    [
      "fetch failed",
      new TypeError("fetch failed", { cause: new AggregateError(both) }),
      "connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80",
    ],
    ["an AggregateError", new AggregateError(both, ""), "connect ECONNREFUSED ::1:80; connect"],
    ["fetch failed alone", new TypeError("fetch failed"), "fetch failed"],
    ["a code alone", Object.assign(new Error(""), { code: "EPROTO" }), "EPROTO"],
    ["a name alone", Object.assign(new Error(""), { name: "SocketError" }), "SocketError"],
    ["no error", "gone", "unknown reason"],
  ])("with %s says what went wrong", async (_, reason, words) => {
    const client = createClient({ ...key, maxRetries: 0, fetch: () => Promise.reject(reason) });
    const error = await client.accounts.retrieve("acct_1").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NetworkError);
    expect(String(error)).toContain(words);
  });
});
