import { describe, expect, it } from "vitest";
import { apiVersion, createClient, ValidationError } from "../../src/index.js";
import { key, newAccount, startServer, tokenOf } from "../scripted-server.js";

describe("every call", () => {
  it("carries its token, the API version and the sender, each once", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.create(newAccount);
    const [request] = server.requests;
    const names = request?.rawHeaders.filter((_, i) => i % 2 === 0) ?? [];
    expect(new Set(names).size).toBe(names.length);
    expect(request?.headers).toMatchObject({
      accept: "application/json",
      authorization: `Bearer ${tokenOf(1)}`,
      "content-type": "application/json",
      "content-length": String(JSON.stringify(newAccount).length),
      "x-api-version": apiVersion,
    });
    expect(request?.headers["user-agent"]).toMatch(/^airwallex-connect\/\S+ node\/\d+\./);
    expect(request?.headers).not.toHaveProperty("x-api-key");
    expect(request?.headers).not.toHaveProperty("x-client-id");
    expect(request?.headers).not.toHaveProperty("x-on-behalf-of");
  });

  it("has no body or content-type when it has no input", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.submit("acct_1");
    await client.accounts.retrieve("acct_1");
    for (const request of server.requests) {
      expect(request.headers).not.toHaveProperty("content-type");
      expect(request.body.length).toBe(0);
    }
    expect(server.requests[0]?.headers["content-length"]).toBe("0");
  });

  it("overrides the client's headers with its own, in any letter case", async () => {
    const server = await startServer();
    const client = createClient({
      ...key,
      baseUrl: server.url,
      onBehalfOf: "acct_client",
      apiVersion: "2025-01-01",
      headers: { "X-Trace": "client", "x-kept": "yes", "User-Agent": "shop/1" },
    });
    await client.accounts.retrieve("acct_1", {
      onBehalfOf: "acct_call",
      apiVersion: "2026-02-27",
      headers: { "x-TRACE": "call" },
    });
    await client.accounts.retrieve("acct_1", { apiVersion: null });
    const [own, plain] = server.requests;
    expect(own?.headers).toMatchObject({
      "x-on-behalf-of": "acct_call",
      "x-api-version": "2026-02-27",
      "x-trace": "call",
      "x-kept": "yes",
      "user-agent": "shop/1",
    });
    expect(plain?.headers).toMatchObject({ "x-on-behalf-of": "acct_client", "x-trace": "client" });
    expect(plain?.headers).not.toHaveProperty("x-api-version");
  });

  it.each([
    "authorization",
    "Authorization",
    "content-type",
    "content-length",
    "host",
    "connection",
    "transfer-encoding",
  ])("refuses to override %s", async (name) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(
      client.accounts.retrieve("acct_1", { headers: { [name]: "value-of-mine" } }),
    ).rejects.toMatchObject({
      name: "ValidationError",
      message: `Cannot call accounts.retrieve: headers.${name.toLowerCase()}: is set by the client itself and cannot be replaced`,
    });
    expect(server.connections).toBe(0);
  });

  it.each([
    ["a new line", { "x-a": "value-of-mine\r\nx-b: 2" }],
    ["a trailing new line", { "x-a": "value-of-mine\n" }],
    ["a null character", { "x-a": "value-of-mine\0" }],
    ["letters beyond Latin-1", { "x-a": "value-of-mine 日本" }],
    ["nothing", { "x-a": "" }],
    ["undefined", { "x-a": undefined }],
    ["a number", { "x-a": 1 }],
    ["a bad name", { "x a": "value-of-mine" }],
    ["no name", { "": "value-of-mine" }],
  ])("refuses a header with %s before anything is sent", async (_, headers) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const promise = client.accounts.retrieve("acct_1", { headers: headers as never });
    await expect(promise).rejects.toThrow(ValidationError);
    await expect(promise).rejects.not.toThrow("value-of-mine");
    expect(server.connections).toBe(0);
  });

  it.each([
    [{ onBehalfOf: "" }, "onBehalfOf: is empty, expected an account id"],
    [{ onBehalfOf: 7 }, "onBehalfOf: is a number, expected an account id"],
    [{ onBehalfOf: null }, "onBehalfOf: is null, expected an account id"],
    [
      { apiVersion: "latest" },
      "apiVersion: is not a dated version, expected one such as 2026-08-21",
    ],
    [
      { apiVersion: 20260821 },
      "apiVersion: is not a dated version, expected one such as 2026-08-21",
    ],
  ])("refuses %j before anything is sent", async (options, message) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.accounts.current(options as never);
    await expect(call).rejects.toThrow(ValidationError);
    await expect(call).rejects.toThrow(`Cannot call accounts.current: ${message}`);
    expect(server.connections).toBe(0);
  });
});

describe("createClient()", () => {
  it("refuses headers that cannot be sent", () => {
    const create = (headers: Record<string, string>) => () => createClient({ ...key, headers });
    expect(create({ Authorization: "Bearer mine" })).toThrow("headers.authorization");
    expect(create({ "x-a": "1\n" })).toThrow("headers.x-a");
    expect(() => createClient({ ...key, onBehalfOf: "" })).toThrow("onBehalfOf");
  });
});
