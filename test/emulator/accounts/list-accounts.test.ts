/** The list of accounts: order, pages and filters. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { minimal } from "../inputs.js";

test("list shows the newest accounts first, a page at a time", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  for (const identifier of ["1", "2", "3", "4", "5"]) {
    await api("POST", "/api/v1/accounts/create", { ...minimal, identifier });
  }
  const page = async (query: string) => {
    const { body } = await api("GET", `/api/v1/accounts?${query}`);
    const shown = body.items.map(({ identifier }: { identifier: string }) => identifier);
    return { shown, more: body.has_more };
  };
  expect(await page("")).toEqual({ shown: ["5", "4", "3", "2", "1"], more: false });
  expect(await page("page_size=2")).toEqual({ shown: ["5", "4"], more: true });
  expect(await page("page_size=2&page_num=1")).toEqual({ shown: ["3", "2"], more: true });
  expect(await page("page_size=2&page_num=2")).toEqual({ shown: ["1"], more: false });
  expect(await page("page_size=5")).toEqual({ shown: ["5", "4", "3", "2", "1"], more: false });
  expect(await page("page_size=2&page_num=3")).toEqual({ shown: [], more: false });
  expect(await page("identifier=&page_num=&page_size=1")).toEqual({ shown: ["5"], more: true });
});

test("list returns 100 accounts when no page size is given, and never more than 500", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const create = () => api("POST", "/api/v1/accounts/create", minimal);
  await Promise.all(Array.from({ length: 101 }, create));
  const usual = await api("GET", "/api/v1/accounts");
  expect([usual.body.items.length, usual.body.has_more]).toEqual([100, true]);
  const large = await api("GET", "/api/v1/accounts?page_size=500");
  expect([large.body.items.length, large.body.has_more]).toEqual([101, false]);
});

test("list filters by status, identifier, metadata and time", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00.700Z", frozen: true });
  const api = await connect(emulator);
  await api("POST", "/api/v1/accounts/create", { ...minimal, identifier: "old" });
  emulator.clock.set("2026-09-03T12:00:00Z");
  const later = await connect(emulator);
  const { body } = await later("POST", "/api/v1/accounts/create", {
    ...minimal,
    identifier: "new",
    metadata: { url: "https://example.com" },
  });
  emulator.accounts.setStatus(body.id, "ACTIVE");
  const found = async (query: Readonly<Record<string, string>>) => {
    const answer = await later("GET", `/api/v1/accounts?${new URLSearchParams(query)}`);
    return answer.body.items.map(({ identifier }: { identifier: string }) => identifier);
  };
  expect(await found({ account_status: "ACTIVE" })).toEqual(["new"]);
  expect(await found({ account_status: "SUBMITTED" })).toEqual([]);
  expect(await found({ identifier: "new" })).toEqual(["new"]);
  expect(await found({ metadata: "url:https://example.com" })).toEqual(["new"]);
  expect(await found({ metadata: "url:https" })).toEqual([]);
  expect(await found({ account_status: "ACTIVE", identifier: "old" })).toEqual([]);
  // The filters go by what `created_at` shows, which is precise to the second.
  expect(await found({ to_created_at: "2026-09-01T10:00:00+0000" })).toEqual(["old"]);
  expect(await found({ from_created_at: "2026-09-01T10:00:00Z" })).toEqual(["new", "old"]);
  expect(await found({ from_created_at: "2026-09-01T10:00:01+00:00" })).toEqual(["new"]);
  expect(await found({ to_created_at: "2026-09-01" })).toEqual(["old"]);
  expect(await found({ from_created_at: "2026-09-02", to_created_at: "2026-09-03" })).toEqual([
    "new",
  ]);
});

test("list is empty for a connected account, to which no others are connected", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", minimal);
  const headers = { "x-on-behalf-of": body.id };
  const answer = await api("GET", "/api/v1/accounts", undefined, headers);
  expect(answer).toMatchObject({ status: 200, body: { has_more: false, items: [] } });
});

test("list understands a time whose plus sign was not escaped", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { status } = await api("GET", "/api/v1/accounts?from_created_at=2023-06-01T01:20:33+0000");
  expect(status).toBe(200);
});

test.each([
  ["page_size=501", "page_size"],
  ["page_size=0", "page_size"],
  ["page_num=-1", "page_num"],
  ["page_num=first", "page_num"],
  ["account_status=HAPPY", "account_status"],
  ["metadata=tier", "metadata"],
  ["from_created_at=yesterday", "from_created_at"],
  ["to_created_at=2026-02-31", "to_created_at"],
])("list refuses %s", async (query, source) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  expect(await api("GET", `/api/v1/accounts?${query}`)).toMatchObject({
    status: 400,
    body: { code: "invalid_argument", source },
  });
});
