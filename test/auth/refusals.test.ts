import { expect, it } from "vitest";
import { createRefusals } from "../../src/auth/refusals.js";

function withClock() {
  const clock = { nowMs: 0 };
  return { clock, refusals: createRefusals(() => clock.nowMs) };
}

it("blames an endpoint that refuses two tokens in a row which others accept", () => {
  const { refusals } = withClock();
  refusals.accepted();
  expect(refusals.isToBlame("a")).toBe(false);
  refusals.refusedTwice("a");
  expect(refusals.isToBlame("a")).toBe(true);
  expect(refusals.isToBlame("b")).toBe(false);
});

it("blames no endpoint for a token that nobody has accepted of late", () => {
  const { clock, refusals } = withClock();
  refusals.refusedTwice("a");
  refusals.accepted();
  expect(refusals.isToBlame("a")).toBe(false);
  clock.nowMs = 11_000;
  refusals.refusedTwice("a");
  refusals.accepted();
  expect(refusals.isToBlame("a")).toBe(false);
});

it("takes the token for refused when others have not accepted it for a while", () => {
  const { clock, refusals } = withClock();
  refusals.accepted();
  refusals.refusedTwice("a");
  clock.nowMs = 10_001;
  expect(refusals.isToBlame("a")).toBe(false);
  refusals.accepted();
  expect(refusals.isToBlame("a")).toBe(true);
});

it("looks again after a while, twice as long each time, up to half an hour", () => {
  const { clock, refusals } = withClock();
  const restsMs: number[] = [];
  for (let round = 0; round < 10; round++) {
    refusals.accepted();
    refusals.refusedTwice("a");
    const start = clock.nowMs;
    while (refusals.isToBlame("a")) {
      clock.nowMs += 1000;
      refusals.accepted();
    }
    restsMs.push(clock.nowMs - start);
  }
  expect(restsMs.slice(0, 4)).toEqual([15_000, 30_000, 60_000, 120_000]);
  expect(restsMs.at(-1)).toBe(30 * 60_000);
});

it("forgets endpoints rather than grow without end", () => {
  const { refusals } = withClock();
  refusals.accepted();
  for (let i = 0; i <= 1000; i++) refusals.refusedTwice(`endpoint ${i}`);
  expect(refusals.isToBlame("endpoint 0")).toBe(false);
  expect(refusals.isToBlame("endpoint 1000")).toBe(true);
});
