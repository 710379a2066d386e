/** The API knows the request_id of a payout for 7 days; an older one could pay twice. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator/index.js";
import { createClient, type PayoutCreateOptions, ValidationError } from "../../src/index.js";
import { payment } from "../emulator/inputs.js";

const now = Date.parse("2026-09-20T10:00:00Z");
const dayMs = 24 * 60 * 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A UUID of version 7 that was made at a time. */
function uuidV7(atMs: number): string {
  const time = atMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`;
}

async function pay(request_id: string, options?: PayoutCreateOptions) {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const result = await client.payouts
    .create({ ...payment, request_id }, options)
    .catch((error: unknown) => error);
  return { result, posts: emulator.requests.length, payouts: emulator.money.payouts() };
}

const ago = (ms: number): Date => new Date(now - ms);

describe("payouts.create() with an id that is too old", () => {
  it.each<readonly [string, string, PayoutCreateOptions | undefined]>([
    ["a UUIDv7 of 8 days", uuidV7(now - 8 * dayMs), undefined],
    ["a UUIDv7 in capitals", uuidV7(now - 8 * dayMs).toUpperCase(), undefined],
    ["a UUIDv7 of just 7 days", uuidV7(now - 7 * dayMs), undefined],
    ["a UUIDv7 that turns 7 days in the call", uuidV7(now - 7 * dayMs + 60_000), undefined],
    ["an id first used 7 days ago", "payout-1", { requestIdFirstUsedAt: ago(7 * dayMs) }],
    ["a new UUIDv7 first used long ago", uuidV7(now), { requestIdFirstUsedAt: new Date(0) }],
  ])("refuses %s, and sends nothing", async (_, id, options) => {
    const { result, posts } = await pay(id, options);
    expect(result).toBeInstanceOf(ValidationError);
    expect(result).toMatchObject({
      code: "invalid_input",
      operation: "payouts.create",
      outcome: "not_done",
      issues: [{ path: ["request_id"] }],
    });
    expect(posts).toBe(0);
    expect(String(result)).toMatch(
      /request_id: is \d+\.\d days old, and the API knows one for 7 days: .*payouts\.list\(\{ request_id, page: "0" \}\).*allowOldRequestId/,
    );
  });

  it.each<readonly [string, string, PayoutCreateOptions | undefined]>([
    ["an id that has no time", "payout-2026-01-supplier-7", undefined],
    ["a UUID of version 4", "00000000-0000-4abc-8def-0123456789ab", undefined],
    ["what only looks like a UUIDv7", "00000000-0000-7abc-cdef-0123456789ab", undefined],
    ["an id that contains an old UUIDv7", `p-${uuidV7(0)}`, undefined],
    ["a UUIDv7 of 6 days", uuidV7(now - 6 * dayMs), undefined],
    ["a UUIDv7 of a clock that is fast", uuidV7(now + dayMs), undefined],
    ["an id first used 6 days ago", "p-1", { requestIdFirstUsedAt: ago(6 * dayMs) }],
    ["an old UUIDv7 that was not used", uuidV7(0), { requestIdFirstUsedAt: new Date(now) }],
    ["an old UUIDv7, if the caller insists", uuidV7(0), { allowOldRequestId: true }],
    [
      "an old id, if the caller insists",
      "p-1",
      { requestIdFirstUsedAt: new Date(0), allowOldRequestId: true },
    ],
  ])("pays with %s", async (_, request_id, options) => {
    const { result, payouts } = await pay(request_id, options);
    expect(result).toMatchObject({ request_id, status: "SCHEDULED" });
    expect(payouts).toMatchObject([{ request_id }]);
  });

  it.each([
    ["a Date that is none", new Date("yesterday"), "is not a time, expected a Date"],
    ["a string", "2026-09-01", "is a string, expected a Date"],
    ["null", null, "is null, expected a Date"],
  ])("refuses a time that is %s", async (_, requestIdFirstUsedAt, message) => {
    const { result, posts } = await pay("p-1", { requestIdFirstUsedAt } as never);
    expect(String(result)).toContain(`requestIdFirstUsedAt: ${message}`);
    expect(posts).toBe(0);
  });

  it("passes the other options of a call on", async () => {
    const timeout = { timeoutMs: -1, requestIdFirstUsedAt: new Date(now) };
    expect((await pay("p-1", timeout)).result).toBeInstanceOf(RangeError);
    const unknown = { timeout: 5, allowOldRequestId: true };
    expect(String((await pay("p-1", unknown as never)).result)).toContain(
      'did you mean "timeoutMs"',
    );
  });
});

it("an unknown outcome of payouts.create() says for how long its id is known", async () => {
  const emulator = createEmulator();
  emulator.faults.always("payouts.create", { cut: "before" });
  const client = createClient({ ...emulator.clientOptions, maxRetries: 0 });
  const error = await client.payouts
    .create({ ...payment, request_id: "payout-1" })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ outcome: "unknown", idempotencyKey: "payout-1" });
  expect(String(error)).toContain(
    'call again with the request_id "payout-1", which does it once, or look it up in payouts.list; the API knows a request_id for 7 days',
  );
});
