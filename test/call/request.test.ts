import { describe, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { key, newAccount, type SeenRequest, startServer } from "../scripted-server.js";

const bodyOf = (request: SeenRequest | undefined): unknown => JSON.parse(String(request?.body));

describe("extraBody", () => {
  it("is merged member by member, and takes precedence", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const input = {
      ...newAccount,
      metadata: { shop: "1", tags: "old" },
      account_details: { legal_entity_type: "BUSINESS" },
    } as const;
    const before = structuredClone(input);
    const extraBody = {
      new_field: [1, { deep: null }],
      primary_contact: { fax: "none" },
      metadata: { tags: ["a", "b"] },
      account_details: { business_details: { new_member: { x: 1 } } },
    };
    await client.accounts.create(input, { extraBody });
    expect(bodyOf(server.requests[0])).toEqual({
      ...input,
      new_field: [1, { deep: null }],
      primary_contact: { email: "ada@example.com", fax: "none" },
      metadata: { shop: "1", tags: ["a", "b"] },
      account_details: {
        legal_entity_type: "BUSINESS",
        business_details: { new_member: { x: 1 } },
      },
    });
    expect(input).toEqual(before);
  });

  it("becomes the body when there is none", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.submit("acct_1", { extraBody: { reason: "complete" } });
    expect(bodyOf(server.requests[0])).toEqual({ reason: "complete" });
    expect(server.requests[0]?.headers["content-type"]).toBe("application/json");
  });

  it("does not pollute prototypes", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const extraBody = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    await client.accounts.create(newAccount, { extraBody });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(bodyOf(server.requests[0])).toMatchObject(newAccount);
  });

  it.each([undefined, globalThis.fetch])(
    "is refused for a GET, which has no body, before anything is sent (fetch: %o)",
    async (fetch) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url, fetch });
      await expect(
        client.accounts.list({}, { extraBody: { nickname: "Ada" } }),
      ).rejects.toMatchObject({
        name: "ValidationError",
        issues: [{ path: ["extraBody"], message: "is given for a GET, which has no body" }],
      });
      expect(server.connections).toBe(0);
    },
  );

  it("is refused when it is not JSON, before anything is sent", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const extraBody of [{ amount: 12n }, circle]) {
      await expect(client.accounts.create(newAccount, { extraBody })).rejects.toMatchObject({
        name: "ValidationError",
        issues: [{ path: ["extraBody"], message: "is not JSON" }],
      });
    }
    expect(server.connections).toBe(0);
  });

  it.each([
    ["a string", "x", "is a string, expected an object"],
    ["a list", [], "is an array, expected an object"],
    ["null", null, "is null, expected an object"],
  ])(
    "is refused when it is %s, which would be sent instead of the input",
    async (_, extraBody, message) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      await expect(
        client.accounts.create(newAccount, { extraBody: extraBody as never }),
      ).rejects.toMatchObject({ issues: [{ path: ["extraBody"], message }] });
      expect(server.connections).toBe(0);
    },
  );

  it("cannot stand in for what an input lacks", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(
      client.accounts.create({} as never, { extraBody: newAccount }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    expect(server.connections).toBe(0);
  });
});

describe("call options", () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000"])(
    "refuse %s as timeoutMs before anything is sent",
    async (timeoutMs) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      const promise = client.accounts.retrieve("acct_1", { timeoutMs: timeoutMs as number });
      await expect(promise).rejects.toThrow(RangeError);
      await expect(promise).rejects.toThrow(/^Cannot call accounts\.retrieve: timeoutMs is /);
      expect(server.connections).toBe(0);
    },
  );

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1"])(
    "refuse %s as maxRetries before anything is sent",
    async (maxRetries) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      const promise = client.accounts.retrieve("acct_1", { maxRetries: maxRetries as number });
      await expect(promise).rejects.toThrow(RangeError);
      expect(server.connections).toBe(0);
    },
  );

  it("refuse a signal that is not an AbortSignal, and leave no timer behind", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout");
    const before = timers().length;
    const promise = client.accounts.retrieve("acct_1", { signal: { aborted: false } as never });
    await expect(promise).rejects.toThrow(TypeError);
    expect(timers().length).toBe(before);
    expect(server.connections).toBe(0);
  });
});
