import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../src/retry/retry-after.js";

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
    expect(retryAfterMs({ "retry-after": date, date: later })).toBe(0);
  });

  it("reads a date relative to our own clock when the remote does not send the time", () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    for (const headers of [{}, { date: "noon" }]) {
      const ms = retryAfterMs({ ...headers, "retry-after": inTenSeconds });
      expect(ms).toBeGreaterThan(8000);
      expect(ms).toBeLessThanOrEqual(10_000);
    }
    expect(retryAfterMs({ "retry-after": date })).toBe(0);
  });

  it.each([undefined, "", "soon", "NaN", "Infinity", "1e3", "5s"])(
    "is undefined for %j",
    (value) => {
      expect(retryAfterMs({ "retry-after": value })).toBeUndefined();
    },
  );
});
