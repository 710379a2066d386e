/** Rate limits, on the emulator's clock. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect, login } from "../api.js";

test("nothing is limited without rateLimits", async () => {
  await using emulator = await startEmulator({ frozen: true });
  const api = await connect(emulator);
  const answers = await Promise.all(
    Array.from({ length: 120 }, () => api("GET", "/api/v1/account")),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});

test.each([
  ["sandbox", 10, 20],
  ["production", 20, 100],
] as const)(
  "%s allows %i requests a second to one endpoint and %i to all",
  async (name, one, all) => {
    await using emulator = await startEmulator({ rateLimits: name, frozen: true });
    const api = await connect(emulator);
    emulator.clock.advance("1s");
    const paths = [
      "/api/v1/account",
      "/api/v1/account/wallet_info",
      "/api/v1/accounts",
      "/api/v1/accounts/a",
    ];
    const count = async (path: string): Promise<number> => {
      let allowed = 0;
      while ((await api("GET", path)).status !== 429) allowed++;
      return allowed;
    };
    const allowed: number[] = [];
    for (const path of paths) allowed.push(await count(path));
    expect(allowed[0]).toBe(one);
    expect(allowed.reduce((sum, count) => sum + count)).toBe(Math.min(all, one * paths.length));
    emulator.clock.advance(999);
    expect((await api("GET", "/api/v1/account")).status).toBe(429);
    emulator.clock.advance(1);
    expect((await api("GET", "/api/v1/account")).status).toBe(200);
  },
);

test("a limited call gets the documented answer, with Retry-After only if asked for", async () => {
  for (const retryAfter of [false, true]) {
    await using emulator = await startEmulator({
      rateLimits: { perSecond: 1 },
      retryAfter,
      frozen: true,
    });
    const api = await connect(emulator);
    const answer = await api("GET", "/api/v1/account");
    expect(answer).toMatchObject({
      status: 429,
      body: { code: "too_many_requests", message: "Rate Limit Exceeded.", details: {} },
    });
    expect(answer.body.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers.get("retry-after")).toBe(retryAfter ? "1" : null);
  }
});

test("the number of concurrent requests is limited", async () => {
  await using emulator = await startEmulator({ rateLimits: { concurrent: 3 } });
  const api = await connect(emulator);
  emulator.faults.always("accounts.current", { delayMs: 300 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => api("GET", "/api/v1/account")));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  expect((await api("GET", "/api/v1/account")).status).toBe(200);
});

test("100 logins a minute are allowed, whether they succeed or not", async () => {
  await using emulator = await startEmulator({
    rateLimits: { loginsPerMinute: 100 },
    frozen: true,
  });
  const statuses: number[] = [];
  for (let i = 0; i < 101; i++) {
    statuses.push((await login(emulator, i % 2 ? { "x-api-key": "wrong" } : {})).status);
  }
  expect(statuses.slice(0, 4)).toEqual([201, 401, 201, 401]);
  expect(statuses.at(-2)).toBe(401);
  expect(statuses.at(-1)).toBe(429);
  emulator.clock.advance("1m");
  expect((await login(emulator)).status).toBe(201);
});

test("a clock that is set back does not lock callers out", async () => {
  await using emulator = await startEmulator({
    rateLimits: { perSecond: 2 },
    now: "2026-09-01",
    frozen: true,
  });
  const api = await connect(emulator);
  await api("GET", "/api/v1/account");
  expect((await api("GET", "/api/v1/account")).status).toBe(429);
  emulator.clock.set("2026-08-31T23:59:00Z");
  expect((await api("GET", "/api/v1/account")).status).toBe(200);
});

test.each([[{ perSecond: 0 }], [{ concurrent: 1.5 }], ["staging"]])(
  "startEmulator() refuses rateLimits of %j",
  async (rateLimits) => {
    await expect(startEmulator({ rateLimits: rateLimits as "sandbox" })).rejects.toThrow(
      RangeError,
    );
  },
);

test("a request refused by the limit of all endpoints does not count for its own endpoint", async () => {
  await using emulator = await startEmulator({
    rateLimits: { perSecond: 2, perEndpointPerSecond: 2 },
    frozen: true,
  });
  const api = await connect(emulator);
  emulator.clock.advance("2s");
  const call = async (path: string) => (await api("GET", path)).status;
  expect([await call("/api/v1/account"), await call("/api/v1/account")]).toEqual([200, 200]);
  emulator.clock.advance(500);
  expect([await call("/api/v1/accounts"), await call("/api/v1/accounts")]).toEqual([429, 429]);
  emulator.clock.advance(500);
  expect([await call("/api/v1/accounts"), await call("/api/v1/accounts")]).toEqual([200, 200]);
});
