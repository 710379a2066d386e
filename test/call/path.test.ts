import { describe, expect, it } from "vitest";
import { buildQuery, fillPath } from "../../src/call/path.js";
import { createClient, ValidationError } from "../../src/index.js";
import { json, key, startServer } from "../scripted-server.js";

describe("fillPath()", () => {
  it("percent-encodes whatever is not safe in a path", () => {
    const path = (id: string) => fillPath("accounts.retrieve", "/accounts/{id}/submit", { id });
    expect(path("acct_1")).toBe("/accounts/acct_1/submit");
    expect(path("a/b?c#d")).toBe("/accounts/a%2Fb%3Fc%23d/submit");
    expect(path("%2e%2e")).toBe("/accounts/%252e%252e/submit");
    expect(path("日本 😀")).toBe("/accounts/%E6%97%A5%E6%9C%AC%20%F0%9F%98%80/submit");
    expect(path("...")).toBe("/accounts/.../submit");
    expect(path("a\r\nb\0")).toBe("/accounts/a%0D%0Ab%00/submit");
  });

  it("fills several parameters, each by its name", () => {
    const path = fillPath("any", "/a/{first}/b/{second}", { second: "2", first: "1" });
    expect(path).toBe("/a/1/b/2");
  });

  it("does not fill a parameter from the value of another", () => {
    const path = fillPath("any", "/a/{first}/b/{second}", { first: "{second}", second: "2" });
    expect(path).toBe("/a/%7Bsecond%7D/b/2");
  });

  it.each([
    ["", "id: is empty, expected an id"],
    [".", 'id: is ".", expected an id'],
    ["..", 'id: is "..", expected an id'],
    ["\ud800", "id: has a broken surrogate pair, expected an id"],
    ["a\udc00b", "id: has a broken surrogate pair, expected an id"],
    [undefined, "id: is missing, expected a string"],
    [null, "id: is null, expected a string"],
    [7, "id: is a number, expected a string"],
    [["a"], "id: is an array, expected a string"],
    [{ id: "a" }, "id: is an object, expected a string"],
  ])("refuses %j", (id, message) => {
    const fill = () => fillPath("accounts.retrieve", "/accounts/{id}", { id });
    expect(fill).toThrow(ValidationError);
    expect(fill).toThrow(`Cannot call accounts.retrieve: ${message}`);
  });
});

describe("buildQuery()", () => {
  it("encodes values, joins lists, and leaves out what is not set", () => {
    const query = { a: "x y&z=ü", b: 0, c: false, d: ["1", "2"], e: undefined, f: null };
    expect(buildQuery("any", query)).toBe("?a=x+y%26z%3D%C3%BC&b=0&c=false&d=1%2C2");
    const lists = { a: [1, 2], b: [3, 4], c: 5 };
    expect(buildQuery("any", lists, ["a", "c"])).toBe("?a=1&a=2&b=3%2C4&c=5");
    expect(buildQuery("any", { a: undefined })).toBe("");
    expect(buildQuery("any", {})).toBe("");
  });

  it("refuses values that have no plain form, all of them at once", () => {
    const build = () => buildQuery("request", { a: { b: 1 }, when: new Date(), c: 1 });
    expect(build).toThrow(ValidationError);
    expect(build).toThrow(
      "Cannot call request: a: is an object, expected a plain value or a list; when: is an object",
    );
  });

  it("refuses a list of values that have no plain form", () => {
    expect(() => buildQuery("request", { ids: [{ id: 1 }] })).toThrow(ValidationError);
  });
});

describe("accounts.retrieve()", () => {
  it.each(["", ".", "..", "\ud800", undefined, null, 7, {}, []])(
    "rejects the id %j before anything is sent",
    async (id) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      const promise = client.accounts.retrieve(id as string);
      await expect(promise).rejects.toMatchObject({
        name: "ValidationError",
        code: "invalid_input",
        operation: "accounts.retrieve",
        issues: [{ path: ["id"] }],
      });
      expect(server.connections).toBe(0);
    },
  );

  it("keeps an id with slashes within its segment of the path", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("../../authentication/login?x=1#y");
    expect(server.requests[0]?.target).toBe(
      "/api/v1/accounts/..%2F..%2Fauthentication%2Flogin%3Fx%3D1%23y",
    );
  });
});

describe("accounts.list()", () => {
  it("sends its query encoded, with a page number", async () => {
    const server = await startServer({ answers: [json(200, { items: [], has_more: false })] });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.list({ identifier: "ada+1@example.com", account_status: "ACTIVE" });
    const url = new URL(server.requests[0]?.target ?? "", server.url);
    expect(url.pathname).toBe("/api/v1/accounts");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      identifier: "ada+1@example.com",
      account_status: "ACTIVE",
      page_num: "0",
    });
  });
});
