import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createClient, ShapeError, ValidationError } from "../../src/index.js";
import {
  account,
  cut,
  json,
  key,
  refuse,
  type SeenRequest,
  startServer,
  text,
} from "../scripted-server.js";

const bodyOf = (request: SeenRequest | undefined): unknown => JSON.parse(String(request?.body));

describe("client.request()", () => {
  it("reaches any endpoint, with a token, headers and a query", async () => {
    const server = await startServer({ answers: [json(200, [{ currency: "AUD" }])] });
    const client = createClient({ ...key, baseUrl: server.url });
    const balances = await client.onBehalfOf("acct_9").request(
      {
        method: "GET",
        path: "/api/v1/balances/current",
        query: { currency: ["AUD", "EUR"], n: 1 },
      },
      { headers: { "x-trace": "7" }, apiVersion: "2025-01-01" },
    );
    expect(balances).toEqual([{ currency: "AUD" }]);
    expect(server.requests).toMatchObject([
      {
        method: "GET",
        target: "/api/v1/balances/current?currency=AUD%2CEUR&n=1",
        headers: { "x-on-behalf-of": "acct_9", "x-trace": "7", "x-api-version": "2025-01-01" },
      },
    ]);
    expect(server.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it("refuses an unknown member before anything is sent", async () => {
    const server = await startServer({ answers: [] });
    const client = createClient({ ...key, baseUrl: server.url });
    const request = { method: "GET", path: "/api/v1/x", querys: { status: "PAID" } } as const;
    await expect(client.request(request)).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ path: ["querys"], message: "is not a known field", suggestion: "query" }],
    });
    expect(server.requests).toEqual([]);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"] as const)(
    "sends a %s with its body",
    async (method) => {
      const server = await startServer({ answers: [json(200, { ok: true })] });
      const client = createClient({ ...key, baseUrl: server.url });
      const body = { amount: 12.5, note: null, list: [1] };
      const answer = await client.request(
        { method, path: "/api/v1/x", body },
        { extraBody: { y: 1 } },
      );
      expect(answer).toEqual({ ok: true });
      expect(server.requests[0]?.method).toBe(method);
      expect(bodyOf(server.requests[0])).toEqual({ ...body, y: 1 });
    },
  );

  it.each([
    ["a list", [1, 2]],
    ["a string", "x"],
    ["null", null],
    ["false", false],
  ])("sends a body that is %s", async (_, body) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.request({ method: "POST", path: "/api/v1/x", body });
    expect(bodyOf(server.requests[0])).toEqual(body);
  });

  it("keeps the prefix of a base URL", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: `${server.url}/proxy/airwallex/` });
    await client.request({ method: "GET", path: "/api/v1/x" });
    expect(server.logins[0]?.target).toBe("/proxy/airwallex/api/v1/authentication/login");
    expect(server.requests[0]?.target).toBe("/proxy/airwallex/api/v1/x");
  });

  it.each([
    ["nothing", undefined],
    ["a number", 7],
    ["empty", ""],
    ["a URL", "https://evil.example/api"],
    ["without a host", "//evil.example/api"],
    ["relative", "api/v1/x"],
    ["with a query", "/api/v1/x?a=1"],
    ["with a fragment", "/api/v1/x#a"],
    ["with ..", "/api/v1/../x"],
    ["with .", "/api/v1/./x"],
    ["ending in ..", "/api/v1/.."],
    ["with an encoded ..", "/api/v1/%2e%2E/x"],
    ["with a half-encoded ..", "/api/v1/.%2e"],
    ["with a backslash", "/api/v1\\..\\x"],
    ["with a space", "/api/v1/a b"],
    ["with a new line", "/api/v1/x\r\nx-a: 1"],
    ["with a null character", "/api/v1/x\0"],
    ["with letters that must be encoded", "/api/v1/日本"],
    ["with half a letter", "/api/v1/\ud800"],
  ])("refuses a path that is %s before anything is sent", async (_, path) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const start = performance.now();
    const call = client.request({ method: "GET", path: path as string });
    await expect(call).rejects.toThrow(ValidationError);
    await expect(call).rejects.toMatchObject({ issues: [{ path: ["path"] }] });
    await expect(
      client.request({ method: "GET", path: path as string }).withResponse(),
    ).rejects.toThrow(ValidationError);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(server.connections).toBe(0);
  });

  it("refuses an unknown member, with the one that was probably meant", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const request = { method: "POST", path: "/api/v1/x", bdy: { amount: 1 }, retries: 2 } as const;
    await expect(client.request(request)).rejects.toThrow(
      'bdy: is not a known field, did you mean "body"; retries: is not a known field',
    );
    expect(server.connections).toBe(0);
  });

  it("treats braces as literal characters", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.request({ method: "GET", path: "/api/v1/{id}/x" });
    expect(server.requests[0]?.target).toBe("/api/v1/%7Bid%7D/x");
  });

  it.each(["get", "FETCH ME", "", undefined])("refuses the method %j at once", async (method) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const start = performance.now();
    const call = client.request({ method: method as "GET", path: "/api/v1/x" });
    await expect(call).rejects.toMatchObject({ name: "ValidationError", operation: "request" });
    expect(performance.now() - start).toBeLessThan(8000);
    expect(server.connections).toBe(0);
  });

  it("rejects, and does not throw, when there is no request", async () => {
    const client = createClient({ ...key });
    const calls: Promise<unknown>[] = [];
    for (const nothing of [undefined, null]) {
      expect(() => calls.push(client.request(nothing as never))).not.toThrow();
    }
    for (const result of await Promise.allSettled(calls)) expect(result.status).toBe("rejected");
  });

  it("says where a body cannot be sent as JSON", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.request({ method: "POST", path: "/api/v1/x", body: { amount: 12n } });
    await expect(call).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ path: ["body"], message: "is not JSON" }],
    });
    expect(server.connections).toBe(0);
  });

  it("returns undefined for an empty body, and text that is not JSON unchanged", async () => {
    const server = await startServer({
      answers: [
        text(204, ""),
        text(200, ""),
        text(200, "a,b\n1,2", { "content-type": "text/csv" }),
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const call = () => client.request({ method: "GET", path: "/api/v1/x" });
    const { data, response } = await call().withResponse();
    expect(data).toBeUndefined();
    expect(response.status).toBe(204);
    expect(await call()).toBeUndefined();
    expect(await call()).toBe("a,b\n1,2");
  });

  it("is retried as its method and body allow", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer({
      answers: [
        refuse(503),
        json(200, 1),
        cut(),
        json(200, 2),
        refuse(503),
        refuse(503),
        json(200, 3),
        refuse(503),
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    vi.restoreAllMocks();
    const path = "/api/v1/x";
    expect(await client.request({ method: "GET", path })).toBe(1);
    expect(await client.request({ method: "POST", path, body: { request_id: "r" } })).toBe(2);
    await expect(client.request({ method: "POST", path, body: {} })).rejects.toMatchObject({
      status: 503,
      attempts: 1,
      outcome: "unknown",
    });
    expect(await client.request({ method: "PUT", path, retry: "idempotent" })).toBe(3);
    await expect(client.request({ method: "GET", path, retry: "never" })).rejects.toMatchObject({
      attempts: 1,
    });
  });

  it.each([undefined, null, "", 7])(
    "is not retried for a body whose request_id is %j",
    async (request_id) => {
      const server = await startServer({ answers: [cut()], otherwise: json(200, 1) });
      const client = createClient({ ...key, baseUrl: server.url });
      const body = { request_id, amount: "1" };
      const call = client.request({ method: "POST", path: "/api/v1/x", body });
      await expect(call).rejects.toMatchObject({ outcome: "unknown", attempts: 1 });
    },
  );

  it("refuses a body for GET, which fetch cannot send", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.request({ method: "GET", path: "/api/v1/x", body: { id: "a" } });
    await expect(call).rejects.toMatchObject({ issues: [{ path: ["body"] }] });
    expect(server.requests).toEqual([]);
  });

  it("fails like any other call", async () => {
    const server = await startServer({ answers: [refuse(404, { message: "No" })] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.request({ method: "GET", path: "/api/v1/x/acct_1" })).rejects.toMatchObject(
      {
        name: "ApiError",
        code: "not_found",
        operation: "request",
        path: "/api/v1/x/acct_1",
      },
    );
  });
});

describe("client.request() with a schema", () => {
  const Balance = z.object({ amount: z.string().transform(Number), currency: z.string() });
  const get = { method: "GET", path: "/api/v1/x" } as const;

  it("returns what the schema makes of the answer", async () => {
    const server = await startServer({
      otherwise: json(200, { amount: "1.5", currency: "AUD", more: 1 }, { "x-request-id": "r-1" }),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const balance = await client.request({ ...get, schema: Balance });
    expect(balance).toEqual({ amount: 1.5, currency: "AUD" });
    const { data, response } = await client.request({ ...get, schema: Balance }).withResponse();
    expect(data.amount).toBe(1.5);
    expect(response).toMatchObject({ status: 200, requestId: "r-1", attempts: 1 });
    expect(server.requests.length).toBe(2);
  });

  it("accepts any Standard Schema, sync or async", async () => {
    const server = await startServer({ otherwise: json(200, account()) });
    const client = createClient({ ...key, baseUrl: server.url });
    const schema = {
      "~standard": {
        version: 1,
        vendor: "mine",
        validate: async (value: unknown) => ({ value: Object.keys(value as object).length }),
      },
    } as const;
    expect(await client.request({ ...get, schema })).toBe(Object.keys(account()).length);
  });

  it("fails with the data when the answer does not fit, since the work was done", async () => {
    const body = { amount: 5, currency: "AUD" };
    const server = await startServer({ answers: [json(200, body, { "x-request-id": "r-1" })] });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await client.request({ ...get, schema: Balance }).catch((e: unknown) => e);
    if (!(error instanceof ShapeError)) throw error;
    expect(error).toMatchObject({
      code: "unexpected_shape",
      operation: "request",
      outcome: "done",
      requestId: "r-1",
      data: body,
      issues: [{ path: ["amount"] }],
    });
  });

  it("leaves no rejection unhandled, whichever promise is used", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const server = await startServer({ otherwise: json(200, {}) });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.request({ ...get, schema: Balance })).rejects.toThrow(ShapeError);
    await expect(client.request({ ...get, schema: Balance }).withResponse()).rejects.toThrow(
      ShapeError,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
