import { describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator/index.js";
import { type Account, createClient } from "../../src/index.js";
import { minimal } from "../emulator/inputs.js";
import {
  type Answer,
  account,
  closedServer,
  json,
  key,
  refuse,
  startServer,
} from "../scripted-server.js";

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `acct_${from + i}`);

const page = (items: readonly string[], has_more: boolean): Answer =>
  json(200, { items: items.map((id) => account({ id })), has_more });

/** A remote with this many accounts, which pages as asked. */
function listOf(count: number): Answer {
  return (response, seen, request) => {
    const query = new URL(seen.target, "http://host").searchParams;
    const size = Number(query.get("page_size") ?? 100);
    const start = Number(query.get("page_num")) * size;
    const end = Math.min(start + size, count);
    return page(ids(start, end), end < count)(response, seen, request);
  };
}

async function collect(items: AsyncIterable<Account>): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of items) found.push(id);
  return found;
}

describe("accounts.list()", () => {
  it("resolves to the first page when awaited", async () => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    const first = await client.accounts.list({ page_size: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(["acct_0", "acct_1"]);
    expect(first.has_more).toBe(true);
    expect(server.requests.length).toBe(1);
  });

  it("yields every item when iterated without being awaited", async () => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await collect(client.accounts.list({ page_size: 2 }))).toEqual(ids(0, 5));
    expect(server.requests.map(({ target }) => target)).toEqual([
      "/api/v1/accounts?page_size=2&page_num=0",
      "/api/v1/accounts?page_size=2&page_num=1",
      "/api/v1/accounts?page_size=2&page_num=2",
    ]);
  });

  it("starts at the requested page", async () => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await collect(client.accounts.list({ page_size: 2, page_num: 1 }))).toEqual(ids(2, 5));
  });

  it("keeps filters and options on every page", async () => {
    const server = await startServer({ otherwise: listOf(3) });
    const client = createClient({ ...key, baseUrl: server.url });
    const query = { page_size: 1, account_status: "ACTIVE" } as const;
    await client.accounts.list(query, { onBehalfOf: "acct_9" }).toArray({ limit: 9 });
    expect(server.requests.length).toBe(3);
    for (const { target, headers } of server.requests) {
      expect(target).toContain("account_status=ACTIVE");
      expect(headers["x-on-behalf-of"]).toBe("acct_9");
    }
  });

  it("requests a page only when it is needed, and none after a break", async () => {
    const server = await startServer({ otherwise: listOf(100) });
    const client = createClient({ ...key, baseUrl: server.url });
    let count = 0;
    for await (const _ of client.accounts.list({ page_size: 2 })) if (++count === 3) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.requests.length).toBe(2);
  });

  it("can be iterated more than once", async () => {
    const server = await startServer({ otherwise: listOf(3) });
    const client = createClient({ ...key, baseUrl: server.url });
    const list = client.accounts.list({ page_size: 2 });
    expect(await collect(list)).toEqual(ids(0, 3));
    expect(await collect(list)).toEqual(ids(0, 3));
    expect((await list).items.length).toBe(2);
    expect(server.requests.length).toBe(3);
  });

  it("yields nothing when there is nothing", async () => {
    const server = await startServer({ otherwise: listOf(0) });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await collect(client.accounts.list())).toEqual([]);
    expect(await client.accounts.list().toArray({ limit: 5 })).toEqual([]);
    expect(server.requests.length).toBe(2);
  });

  it("ends at an empty page that says there is more", async () => {
    const server = await startServer({
      answers: [page(["acct_0"], true)],
      otherwise: page([], true),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await collect(client.accounts.list())).toEqual(["acct_0"]);
    expect(server.requests.length).toBe(2);
  });

  it("yields an item once if it moved to the next page meanwhile", async () => {
    const answers = [
      page(["acct_3", "acct_2"], true),
      page(["acct_2", "acct_1"], true),
      page(["acct_0"], false),
    ];
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await collect(client.accounts.list())).toEqual(["acct_3", "acct_2", "acct_1", "acct_0"]);
  });

  it("yields every item of an unexpected shape, even those that cannot be told apart", async () => {
    const pages = [[null, { nickname: "a" }], [{ nickname: "b" }, { nickname: "c" }], [null]];
    const answers = pages.map((items, i) => json(200, { items, has_more: i < 2 }));
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(await client.accounts.list().toArray({ limit: 10 })).toEqual(pages.flat());
  });

  it.each([1, 2, 4, 9])(
    "gives each item once when %i new ones push it on while pages of 2 are read",
    async (added) => {
      const client = createClient(createEmulator().clientOptions);
      const open = (identifier: string) => client.accounts.create({ ...minimal, identifier });
      for (let i = 0; i < 5; i++) await open(`old-${i}`);
      const seen: (string | null | undefined)[] = [];
      for await (const { identifier } of client.accounts.list({ page_size: 2 })) {
        seen.push(identifier);
        if (seen.length === 2) for (let i = 0; i < added; i++) await open(`new-${i}`);
      }
      const old = ["old-4", "old-3", "old-2", "old-1", "old-0"];
      expect(seen.filter((one) => one?.startsWith("old"))).toEqual(old);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  it("fails when a page of such items repeats", async () => {
    const answer = json(200, { items: [{ nickname: "a" }], has_more: true });
    const server = await startServer({ otherwise: answer });
    const client = createClient({ ...key, baseUrl: server.url });
    const all = client.accounts.list().toArray({ limit: 100 });
    await expect(all).rejects.toMatchObject({ code: "repeated_page" });
  });

  it("fails when a page repeats, after yielding what there was", async () => {
    const server = await startServer({ otherwise: page(["acct_0", "acct_1"], true) });
    const client = createClient({ ...key, baseUrl: server.url });
    const seen: string[] = [];
    const walk = async () => {
      for await (const { id } of client.accounts.list()) seen.push(id);
    };
    await expect(walk()).rejects.toMatchObject({
      name: "ShapeError",
      code: "repeated_page",
      operation: "accounts.list",
      message: expect.stringContaining("page 3 is the same as the one before"),
    });
    expect(seen).toEqual(["acct_0", "acct_1"]);
    expect(server.requests.length).toBe(4);
  });

  it("fails when a later page fails", async () => {
    const server = await startServer({ answers: [page(["acct_0"], true), refuse(403)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(collect(client.accounts.list())).rejects.toMatchObject({ code: "forbidden" });
  });

  it.each([
    ["an object without items", {}],
    ["null", null],
    ["a list", []],
    ["an object whose items are not a list", { items: 5 }],
  ])("rejects when the page is %s", async (_, body) => {
    const server = await startServer({ otherwise: json(200, body) });
    const client = createClient({ ...key, baseUrl: server.url });
    const noAnswer = { name: "ShapeError", code: "unreadable_response" };
    await expect(client.accounts.list()).rejects.toMatchObject(noAnswer);
    await expect(collect(client.accounts.list())).rejects.toMatchObject(noAnswer);
  });

  it("rejects once, however it is used, and leaves no rejection unhandled", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const baseUrl = await closedServer();
    const client = createClient({ ...key, baseUrl, maxRetries: 0 });
    await expect(client.accounts.list()).rejects.toThrow("Cannot reach");
    await expect(collect(client.accounts.list())).rejects.toThrow("Cannot reach");
    await expect(client.accounts.list().toArray({ limit: 3 })).rejects.toThrow("Cannot reach");
    await expect(client.accounts.list().withResponse()).rejects.toThrow("Cannot reach");
    await expect(client.accounts.list().toArray({ limit: -1 })).rejects.toThrow(RangeError);
    await client.accounts
      .list()
      .toArray({ limit: 0 })
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("pages()", () => {
  it("yields every page, starting with the first", async () => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    const sizes: number[] = [];
    for await (const { items } of client.accounts.list({ page_size: 2 }).pages()) {
      sizes.push(items.length);
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(server.requests.length).toBe(3);
  });
});

describe("toArray()", () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 3],
    [99, 3],
    [Number.POSITIVE_INFINITY, 3],
  ])("takes up to %d items from no more pages than needed", async (limit, pages) => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    const items = await client.accounts.list({ page_size: 2 }).toArray({ limit });
    expect(items.map(({ id }) => id)).toEqual(ids(0, Math.min(limit, 5)));
    expect(server.requests.length).toBeLessThanOrEqual(Math.max(1, pages));
  });

  it.each([-1, Number.NaN, undefined, "all"])("refuses a limit of %s", async (limit) => {
    const server = await startServer({ otherwise: listOf(5) });
    const client = createClient({ ...key, baseUrl: server.url });
    const promise = client.accounts.list().toArray({ limit: limit as number });
    await expect(promise).rejects.toThrow(RangeError);
  });
});

describe("list().withResponse()", () => {
  it("returns the first page and the details of its response", async () => {
    const server = await startServer({
      answers: [json(200, { items: [], has_more: false }, { "x-request-id": "r-1" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { data, response } = await client.accounts.list().withResponse();
    expect(data).toEqual({ items: [], has_more: false });
    expect(response.requestId).toBe("r-1");
  });
});

describe("capabilities.fundingLimits()", () => {
  it("yields a limit in force and the one requested in its place, from two pages", async () => {
    const limit = { available: 1, limit: 1, currency: "AUD", type: "DIRECT_DEBIT_DEPOSIT" };
    const items = [
      { ...limit, status: "ACTIVE" },
      { ...limit, status: "REQUESTED" },
    ];
    const answers = items.map((item, i) => json(200, { items: [item], has_more: i === 0 }));
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url });
    const all = await client.capabilities.fundingLimits().toArray({ limit: 10 });
    expect(all).toEqual(items);
  });
});
