import { describe, expect, it } from "vitest";
import { retryAfterMs, waitInWords } from "../../src/retry/retry-after.js";

const date = "Wed, 21 Oct 2015 07:28:00 GMT";

describe("retryAfterMs()", () => {
  it.each([
    ["0", 0],
    ["5", 5000],
    [" 5 ", 5000],
    ["0.25", 250],
    ["120", 120_000],
  ])("reads %j as seconds", (value, ms) => {
    expect(retryAfterMs({ "retry-after": value })).toBe(ms);
  });

  it("reads a date relative to the remote's clock", () => {
    const later = "Wed, 21 Oct 2015 07:28:30 GMT";
    expect(retryAfterMs({ "retry-after": later, date })).toBe(30_000);
    expect(retryAfterMs({ "retry-after": date, date })).toBe(0);
  });

  it("reads a date relative to our own clock when the remote does not send the time", () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    for (const headers of [{}, { date: "noon" }]) {
      const ms = retryAfterMs({ ...headers, "retry-after": inTenSeconds });
      expect(ms).toBeGreaterThan(8000);
      expect(ms).toBeLessThanOrEqual(10_000);
    }
  });

  it("reads the older forms of dates", () => {
    for (const later of ["Wednesday, 21-Oct-15 07:28:30 GMT", "Wed Oct 21 07:28:30 2015 GMT"]) {
      expect(retryAfterMs({ "retry-after": later, date })).toBe(30_000);
    }
  });

  it("counts a moment that has passed as none", () => {
    const later = "Wed, 21 Oct 2015 07:28:30 GMT";
    expect(retryAfterMs({ "retry-after": date, date: later })).toBeUndefined();
    expect(retryAfterMs({ "retry-after": date })).toBeUndefined();
  });

  it("is a safe number, however many digits there are", () => {
    expect(retryAfterMs({ "retry-after": "9".repeat(400) })).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    undefined,
    "",
    "soon",
    "NaN",
    "Infinity",
    "1e3",
    "5s",
    "-5",
    "+5",
    "soon 5",
    "2 s",
    "1, 2",
    "12/25/2099",
    "Monday",
  ])("is undefined for %j", (value) => {
    expect(retryAfterMs({ "retry-after": value })).toBeUndefined();
  });
});

describe("waitInWords()", () => {
  it.each([
    [1, "1 s"],
    [600_000, "600 s"],
    [700_000, "12 minutes"],
    [3 * 3_600_000, "3 hours"],
    [30 * 86_400_000, "30 days"],
    [1e15, "for ever"],
    [Number.MAX_SAFE_INTEGER, "for ever"],
  ])("says %i ms as %s", (ms, words) => {
    expect(waitInWords(ms)).toBe(words);
  });
});
