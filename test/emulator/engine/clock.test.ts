/** Tasks that fall due on the emulator's clock. */

import { expect, test } from "vitest";
import { createClock } from "../../../src/emulator/engine/clock.js";

test("advance() runs what has fallen due, the earliest first, each at its own time", () => {
  const clock = createClock({ now: 1_000, frozen: true });
  const ran: [string, number][] = [];
  clock.schedule(3_000, (dueMs) => ran.push(["later", dueMs]));
  clock.schedule(2_000, (dueMs) => ran.push(["sooner", dueMs]));
  clock.schedule(9_000, (dueMs) => ran.push(["never", dueMs]));
  clock.advance(999);
  expect(ran).toEqual([]);
  clock.advance(5_000);
  expect(ran).toEqual([
    ["sooner", 2_000],
    ["later", 3_000],
  ]);
});

test("a task may schedule another that is already due", () => {
  const clock = createClock({ now: 0, frozen: true });
  const ran: number[] = [];
  const again = (dueMs: number): void => {
    ran.push(dueMs);
    clock.schedule(dueMs + 1_000, again);
  };
  clock.schedule(1_000, again);
  clock.set(3_500);
  expect(ran).toEqual([1_000, 2_000, 3_000]);
});

test("a task that was cancelled, or dropped by a reset, does not run", () => {
  const clock = createClock({ now: 0, frozen: true });
  const ran: string[] = [];
  const callOff = clock.schedule(1_000, () => ran.push("called off"));
  callOff();
  clock.advance("1s");
  clock.schedule(2_000, () => ran.push("forgotten"));
  clock.reset();
  clock.advance("1h");
  expect(ran).toEqual([]);
});
