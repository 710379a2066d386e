/** Every fault at every step of one rotation, one at a time. */

import { expect, test, vi } from "vitest";
import { faultKinds, type Schedule, scheduleOf } from "./schedule.js";
import { runSchedule } from "./world.js";

vi.setConfig({ testTimeout: 120_000 });

/** Some read first, and the last of them rotates; see the log of a run. */
const steps = Array.from({ length: 30 }, (_, step) => step);

test.each(faultKinds)("createConnectionManager() survives %s at any step", async (kind) => {
  const problems: unknown[] = [];
  for (const step of steps) {
    for (const ms of [300, 10_000]) {
      const fault = { step, kind, ms };
      const result = await runSchedule(scheduleOf({ everyMs: 5000, faults: [fault] }));
      if (result.end !== "alive" || result.problems.length > 0) problems.push([fault, result]);
    }
  }
  expect(problems).toEqual([]);
});

test.each(faultKinds.filter((kind) => !kind.startsWith("crash")))(
  "createConnectionManager() survives %s even if nobody asks again",
  async (kind) => {
    const askings = [1000, 241_000].map((atMs) => ({ slot: 0, atMs, kind: "use" as const }));
    const problems: unknown[] = [];
    for (const step of steps.slice(0, 10)) {
      for (const ms of [300, 3000, 10_000]) {
        const fault = { step, kind, ms };
        const result = await runSchedule(scheduleOf({ askings, faults: [fault] }));
        if (result.end !== "alive" || result.problems.length > 0) problems.push([fault, result]);
      }
    }
    expect(problems).toEqual([]);
  },
);

test.each([2, 4, 8])("%d healthy processes refresh once for each expiry", async (slots) => {
  const clockSteps = [
    // As after a suspended machine: the process looks into the store, and finds that the token is good.
    { slot: 0, atMs: 100_000, byMs: 3_600_000 },
    { slot: 1, atMs: 200_000, byMs: -3_600_000 },
  ];
  const schedule: Partial<Schedule> = { slots, everyMs: 3000, clockSteps };
  const { problems, server } = await runSchedule(scheduleOf(schedule));
  expect(problems).toEqual([]);
  expect(server.concurrent()).toBe(0);
  // Each token was replaced in its last two minutes, or after it ran out while nobody asked.
  expect(server.leftWhenReplaced.length).toBeGreaterThan(3);
  for (const leftMs of server.leftWhenReplaced) expect(leftMs).toBeLessThanOrEqual(120_000);
});
