import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ResponseInfo } from "../../src/call/call.js";
import { beganAt } from "../../src/idempotency/lookup.js";

const minuteMs = 60_000;
const now = Date.parse("2026-08-21T10:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ["Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function answered(date?: string): ResponseInfo {
  const headers: Record<string, string> = date === undefined ? {} : { date };
  return { status: 200, headers, requestId: undefined, attempts: 1 };
}

it("beganAt() subtracts the time that the call has taken, and two minutes more", () => {
  const since = beganAt();
  vi.advanceTimersByTime(10 * minuteMs);
  expect(since(answered())).toBe(now - 2 * minuteMs);
});

it("beganAt() counts from the remote's clock if the remote sends the time", () => {
  const since = beganAt();
  vi.advanceTimersByTime(minuteMs);
  const date = "Fri, 21 Aug 2026 07:00:00 GMT";
  expect(since(answered(date))).toBe(Date.parse(date) - 3 * minuteMs);
  expect(since(answered("some day"))).toBe(now - 2 * minuteMs);
});
