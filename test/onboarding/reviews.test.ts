/** How the reviews of many accounts are watched: with few requests, and by a clock of the test's own. */

import { createClient } from "airwallex-connect";
import { expect, test } from "vitest";
import { findReviewed } from "../../src/onboarding/reviews.js";
import { createWatch } from "../../src/onboarding/watch.js";

interface Listed {
  readonly items: readonly object[];
  readonly has_more: boolean;
}

/** A client whose lists and accounts the test decides, and the endpoints that it asked. */
function startApi(
  list: (filter: URLSearchParams) => Listed,
  retrieve: (id: string) => object | undefined,
) {
  const asked: string[] = [];
  const client = createClient({
    environment: "sandbox",
    clientId: "client",
    apiKey: "key",
    maxRetries: 0,
    validation: "off",
    fetch: async (input) => {
      const { pathname, searchParams } = new URL(String(input));
      if (pathname.endsWith("/login")) return json(201, { token: "t", expires_at: inAnHour() });
      const listed = pathname === "/api/v1/accounts";
      asked.push(listed ? (searchParams.get("account_status") ?? "all") : "one");
      if (listed) return json(200, list(searchParams));
      const account = retrieve(pathname.slice(pathname.lastIndexOf("/") + 1));
      return account ? json(200, account) : json(404, { code: "not_found", message: "No." });
    },
  });
  const count = (what: string): number => asked.filter((one) => one === what).length;
  return { accounts: client.accounts, count };
}

const json = (status: number, body: object): Response => Response.json(body, { status });
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const page = (ids: readonly string[], status: string, has_more = false): Listed => ({
  items: ids.map((id) => ({ id, status })),
  has_more,
});
const idsUpTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `acct_${i}`);
const { signal } = new AbortController();

test.each([
  // One page more than a tenth of the accounts, for each of the two lists.
  [1, { SUBMITTED: 1, all: 0, one: 1 }],
  [40, { SUBMITTED: 5, all: 5, one: 40 }],
])("%d accounts that are on no page end both lists early, and are read", async (size, expected) => {
  const api = startApi(
    (filter) => {
      const number = Number(filter.get("page_num"));
      return page([`another_${number}`], "SUBMITTED", number < 20);
    },
    (id) => ({ id, status: "ACTIVE" }),
  );
  const reviewed: string[] = [];
  await findReviewed({ accounts: api.accounts, signal }, idsUpTo(size), ({ id }) =>
    reviewed.push(id),
  );
  expect(reviewed.sort()).toEqual([...idsUpTo(size)].sort());
  const counts = {
    SUBMITTED: api.count("SUBMITTED"),
    all: api.count("all"),
    one: api.count("one"),
  };
  expect(counts).toEqual(expected);
});

test("one list covers all accounts in review, and another says where many have gone", async () => {
  const ids = idsUpTo(60);
  let open = true;
  const api = startApi(
    (filter) => {
      if (filter.get("account_status") === null) return page(ids, "ACTIVE");
      return page(open ? ids : [], "SUBMITTED");
    },
    () => undefined,
  );
  const reviewed: string[] = [];
  const look = () =>
    findReviewed({ accounts: api.accounts, signal }, ids, ({ id }) => reviewed.push(id));
  await look();
  expect([api.count("SUBMITTED"), api.count("all"), reviewed.length]).toEqual([1, 0, 0]);
  open = false;
  await look();
  expect([api.count("SUBMITTED"), api.count("all"), reviewed.length]).toEqual([2, 1, 60]);
  expect(api.count("one")).toBe(0);
});

test("an account that cannot be read does not keep the others from being found in the same look", async () => {
  const api = startApi(
    () => page([], ""),
    (id) => (id === "acct_0" ? undefined : { id, status: "ACTIVE" }),
  );
  const reviewed: string[] = [];
  await findReviewed({ accounts: api.accounts, signal }, idsUpTo(60), ({ id }) =>
    reviewed.push(id),
  );
  expect(reviewed.length).toBe(59);
  expect(reviewed).not.toContain("acct_0");
});

/** A watch on a clock that only its own pauses move. */
function startWatch(statusAt: (nowMs: number) => string, timeoutMs: number, intervalMs: number) {
  let nowMs = 0;
  const looksAtMs: number[] = [];
  const api = startApi(
    () => {
      looksAtMs.push(nowMs);
      const status = statusAt(nowMs);
      return page(status === "SUBMITTED" ? ["acct_1"] : [], status);
    },
    (id) => ({ id, status: statusAt(nowMs) }),
  );
  const watch = createWatch({
    accounts: api.accounts,
    signal,
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    timeoutMs,
    intervalMs,
  });
  return { watch, looksAtMs, nowMs: () => nowMs };
}

test("the pauses between two looks grow by half, up to 30 s, and none is longer than the wait", async () => {
  const short = startWatch(() => "SUBMITTED", 1500, 100);
  expect(await short.watch.wait("acct_1")).toBeUndefined();
  expect(short.looksAtMs).toEqual([100, 250, 475, 812.5, 1318.75]);
  expect(short.nowMs()).toBe(1500);

  const long = startWatch(() => "SUBMITTED", 600_000, 20_000);
  expect(await long.watch.wait("acct_1")).toBeUndefined();
  expect(long.looksAtMs.slice(0, 4)).toEqual([20_000, 50_000, 80_000, 110_000]);
  // The end of a long wait gets a look of its own.
  expect(long.looksAtMs.at(-1)).toBe(600_000);
});

test("a review that ends is seen at the next look", async () => {
  const { watch, nowMs } = startWatch((at) => (at < 200 ? "SUBMITTED" : "ACTIVE"), 10_000, 100);
  expect(await watch.wait("acct_1")).toMatchObject({ status: "ACTIVE" });
  expect(nowMs()).toBe(250);
});

test("nobody is given up on without a look, even with no time to wait", async () => {
  const { watch, looksAtMs } = startWatch(() => "ACTIVE", 0, 100);
  expect(await watch.wait("acct_1")).toMatchObject({ status: "ACTIVE" });
  expect(looksAtMs.length).toBe(1);
});
