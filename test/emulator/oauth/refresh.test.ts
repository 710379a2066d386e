/** The grant `refresh_token`: rotation, grace, leaks, and what may go wrong in between. */

import {
  createEmulator,
  type Emulator,
  type FaultEffect,
  startEmulator,
} from "airwallex-connect/emulator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { connectAccount, readAccount, refresh, usualApp } from "./app.js";

const invalidGrant = { status: 400, body: { code: "invalid_grant", error: "invalid_grant" } };

async function tokenAfter(emulator: Emulator, token: string): Promise<string> {
  const { status, body } = await refresh(emulator, token);
  expect(status).toBe(200);
  return body.refresh_token;
}

test("every refresh returns a new pair, over a socket", async () => {
  await using emulator = await startEmulator();
  let pair = await connectAccount(emulator);
  const seen = new Set([pair.access_token, pair.refresh_token]);
  for (let round = 1; round <= 3; round++) {
    const { status, body } = await refresh(emulator, pair.refresh_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ expires_in: 300, refresh_token_expires_in: 90 * 86_400 });
    pair = body;
    seen.add(pair.access_token).add(pair.refresh_token);
    expect((await readAccount(emulator, pair.access_token)).status).toBe(200);
  }
  expect(seen.size).toBe(8);
  expect(emulator.oauth.connections).toMatchObject([{ refreshes: 3, spent: 3 }]);
});

test("an access token stays valid after the refresh that replaced it", async () => {
  const emulator = createEmulator();
  const first = await connectAccount(emulator);
  await tokenAfter(emulator, first.refresh_token);
  expect((await readAccount(emulator, first.access_token)).status).toBe(200);
});

test.each([
  [60_000, 0, true],
  [60_000, 59_999, true],
  [60_000, 60_000, false],
  [60_000, 60_001, false],
  [5_000, 4_999, true],
  [5_000, 5_001, false],
  [0, 0, false],
])(
  "with a grace of %i ms, reusing a token after %i ms works: %s",
  async (graceMs, ageMs, works) => {
    const emulator = createEmulator({ frozen: true, oauth: { graceMs } });
    const { refresh_token: old } = await connectAccount(emulator);
    // It does not matter how long the token was the newest: the grace counts from its replacement.
    emulator.clock.advance("30d");
    await tokenAfter(emulator, old);
    emulator.clock.advance(ageMs);
    expect((await refresh(emulator, old)).status).toBe(works ? 200 : 400);
    const status = works ? "CONNECTED" : "DISCONNECTED";
    expect(emulator.oauth.connections).toMatchObject([{ status }]);
  },
);

test("using a token after its grace ends the whole connection", async () => {
  const emulator = createEmulator({ frozen: true });
  const first = await connectAccount(emulator);
  const second = (await refresh(emulator, first.refresh_token)).body;
  emulator.clock.advance(60_001);
  expect(await refresh(emulator, first.refresh_token)).toMatchObject(invalidGrant);
  expect(await refresh(emulator, second.refresh_token)).toMatchObject(invalidGrant);
  for (const { access_token } of [first, second]) {
    expect(await readAccount(emulator, access_token)).toMatchObject({
      status: 401,
      body: { code: "credentials_invalid" },
    });
  }
  expect(emulator.oauth.connections).toMatchObject([
    { status: "DISCONNECTED", disconnected: "token_reuse", refreshes: 1, spent: 1 },
  ]);
});

test("when one token was refreshed twice, the later result replaces the earlier, which keeps its grace", async () => {
  const emulator = createEmulator({ frozen: true });
  const { refresh_token: first } = await connectAccount(emulator);
  const lost = await tokenAfter(emulator, first);
  emulator.clock.advance("30s");
  const kept = await tokenAfter(emulator, first);
  expect(emulator.oauth.connections).toMatchObject([{ refreshes: 2, spent: 1 }]);
  emulator.clock.advance("1h");
  const next = await tokenAfter(emulator, kept);
  emulator.clock.advance("1h");
  // Whoever still holds the sibling is not the one who has been refreshing.
  expect(await refresh(emulator, lost)).toMatchObject(invalidGrant);
  expect(await refresh(emulator, next)).toMatchObject(invalidGrant);
});

test("a sibling works within the grace that began when it was replaced", async () => {
  const emulator = createEmulator({ frozen: true });
  const { refresh_token: first } = await connectAccount(emulator);
  const sibling = await tokenAfter(emulator, first);
  emulator.clock.advance("50s");
  await tokenAfter(emulator, first);
  emulator.clock.advance("50s");
  await tokenAfter(emulator, sibling);
});

test("reusing a token does not extend its grace", async () => {
  const emulator = createEmulator({ frozen: true });
  const { refresh_token: first } = await connectAccount(emulator);
  await tokenAfter(emulator, first);
  emulator.clock.advance("40s");
  await tokenAfter(emulator, first);
  emulator.clock.advance("40s");
  expect(await refresh(emulator, first)).toMatchObject(invalidGrant);
});

test.each([
  [89, 200],
  [90, 400],
])(
  "a refresh token that is %i days old returns %i, and the connection stays",
  async (days, status) => {
    const emulator = createEmulator({ frozen: true });
    const { refresh_token } = await connectAccount(emulator);
    emulator.clock.advance(`${days}d`);
    expect((await refresh(emulator, refresh_token)).status).toBe(status);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
  },
);

test("each refresh starts a new period of 90 days", async () => {
  const emulator = createEmulator({ frozen: true });
  let { refresh_token } = await connectAccount(emulator);
  for (let round = 1; round <= 3; round++) {
    emulator.clock.advance("80d");
    refresh_token = await tokenAfter(emulator, refresh_token);
  }
});

test("an unknown token, or one of another app, is refused and ends nothing", async () => {
  const other = { ...usualApp, clientId: "appid_other", clientSecret: "other" };
  const emulator = createEmulator({ frozen: true, oauth: { apps: [usualApp, other] } });
  const { refresh_token: old } = await connectAccount(emulator);
  const newest = await tokenAfter(emulator, old);
  emulator.clock.advance("2m");
  const asOther = { client_id: "appid_other", client_secret: "other" };
  expect(await refresh(emulator, "rt_unknown")).toMatchObject(invalidGrant);
  expect(await refresh(emulator, old, asOther)).toMatchObject(invalidGrant);
  await tokenAfter(emulator, newest);
});

test("a second refresh of a token returns 429 while the first is in progress", async () => {
  await using emulator = await startEmulator();
  const { refresh_token } = await connectAccount(emulator);
  const delay = emulator.faults.next("POST /oauth/token", { delayMs: 150 });
  const slow = refresh(emulator, refresh_token);
  await expect.poll(() => delay.hits, { interval: 5 }).toBe(1);
  expect(await refresh(emulator, refresh_token)).toMatchObject({
    status: 429,
    body: {
      code: "too_many_requests",
      error: "too_many_requests",
      message: expect.stringContaining("Concurrent token refresh is not allowed"),
    },
  });
  expect((await slow).status).toBe(200);
  expect(emulator.oauth.connections).toMatchObject([{ refreshes: 1 }]);
  expect((await refresh(emulator, refresh_token)).status).toBe(200);
});

test("of many simultaneous refreshes, exactly one succeeds", async () => {
  const emulator = createEmulator();
  const { refresh_token } = await connectAccount(emulator);
  const all = await Promise.all(Array.from({ length: 20 }, () => refresh(emulator, refresh_token)));
  const statuses = all.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array<number>(19).fill(429)]);
});

test("a refresh that was held past the grace is judged when it is processed", async () => {
  const emulator = createEmulator({ frozen: true });
  const { refresh_token: old } = await connectAccount(emulator);
  await tokenAfter(emulator, old);
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  emulator.faults.next("oauth.token", { until });
  const held = refresh(emulator, old);
  emulator.clock.advance("2m");
  release();
  expect(await held).toMatchObject(invalidGrant);
});

const faults: readonly (readonly [string, FaultEffect, worked: boolean])[] = [
  ["answer lost after the work", { cut: "after" }, true],
  ["answer lost half way", { cut: "midBody" }, true],
  ["500 after the work", { status: 500, after: true }, true],
  ["raw 502 after the work", { raw: { status: 502, body: "<html>" }, after: true }, true],
  ["request lost", { cut: "before" }, false],
  ["500 before the work", { status: 500 }, false],
];

test.each(faults)("%s: the token still works", async (_, effect, worked) => {
  await using emulator = await startEmulator({ frozen: true });
  const { refresh_token } = await connectAccount(emulator);
  emulator.faults.next("oauth.token", effect);
  const failed = await refresh(emulator, refresh_token).catch(() => undefined);
  expect(failed?.status ?? 500).toBeGreaterThanOrEqual(500);
  expect(emulator.oauth.connections).toMatchObject([{ refreshes: worked ? 1 : 0 }]);
  emulator.clock.advance(59_999);
  expect((await refresh(emulator, refresh_token)).status).toBe(200);
  expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
});

test("a fault with after must also have an answer", () => {
  const { faults: box } = createEmulator();
  expect(() => box.next("*", { cut: "before", after: true })).toThrow(TypeError);
  expect(() => box.next("*", { delayMs: 5, after: true })).toThrow(TypeError);
});

/** An independent model of what the emulator must do: a list of tokens with the time each ends at. */
class Model {
  nowMs = 0;
  dead = false;
  ends: number[] = [Number.POSITIVE_INFINITY];

  use(index: number): boolean {
    if (!this.dead && (this.ends[index] ?? 0) <= this.nowMs) this.dead = true;
    if (this.dead) return false;
    this.ends[this.ends.length - 1] = Math.min(this.ends.at(-1) ?? 0, this.nowMs + 60_000);
    this.ends.push(Number.POSITIVE_INFINITY);
    return true;
  }
}

const advance = fc.constantFrom(0, 1, 20_000, 40_000, 59_999, 60_000, 60_001);
const schedule = fc.array(fc.record({ advance, back: fc.nat({ max: 3 }) }), { maxLength: 12 });

test("any schedule of refreshes is answered as the rules require", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const emulator = createEmulator({ frozen: true });
      const tokens = [(await connectAccount(emulator)).refresh_token];
      const model = new Model();
      for (const { advance: byMs, back } of steps) {
        emulator.clock.advance(byMs);
        model.nowMs += byMs;
        const index = Math.max(0, tokens.length - 1 - back);
        const { status, body } = await refresh(emulator, tokens[index] ?? "");
        expect(status).toBe(model.use(index) ? 200 : 400);
        if (status === 200) tokens.push(body.refresh_token);
      }
      const status = model.dead ? "DISCONNECTED" : "CONNECTED";
      expect(emulator.oauth.connections).toMatchObject([{ status }]);
    }),
    { numRuns: 150 },
  );
});
