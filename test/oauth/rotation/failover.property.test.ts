/**
 * A store that fails over to a replica without the last writes: it is away for a while, and then has
 * forgotten them, with leases and fences. Prints what happened; `ROTATION_SEED` and `ROTATION_RUNS` work as
 * in rotation.property.test.ts.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Schedule, scheduleOf } from "./schedule.js";
import { runSchedule } from "./world.js";

const { ROTATION_RUNS: runs = "300", ROTATION_SEED: seed = "1" } = process.env;

const asking = fc.record({
  slot: fc.nat({ max: 7 }),
  atMs: fc.integer({ min: 0, max: 600_000 }),
  kind: fc.constantFrom("use" as const, "use" as const, "refused" as const, "renew" as const),
});

const schedules: fc.Arbitrary<Partial<Schedule>> = fc.record({
  seed: fc.nat({ max: 2 ** 30 }),
  slots: fc.integer({ min: 1, max: 6 }),
  everyMs: fc.constantFrom(0, 5000, 20_000, 50_000),
  askings: fc.array(asking, { maxLength: 15, size: "max" }),
  failovers: fc.array(
    fc.record({
      // A renewal makes some three.
      change: fc.integer({ min: 2, max: 15 }),
      afterMs: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3000 })),
      backMs: fc.integer({ min: 1, max: 3000 }),
      awayMs: fc.integer({ min: 0, max: 10_000 }),
    }),
    { minLength: 1, maxLength: 1 },
  ),
});

test(
  "createConnectionManager() loses no connection when the store forgets its last writes",
  async () => {
    let restored = 0;
    const holds = fc.asyncProperty(schedules, async (schedule) => {
      const { problems, end, log } = await runSchedule(scheduleOf(schedule), { keepLog: true });
      expect({ problems, end }).toEqual({ problems: [], end: "alive" });
      if (log.some((line) => line.endsWith("EVENT restored"))) restored++;
    });
    await fc.assert(holds, { numRuns: Number(runs), seed: Number(seed) });
    console.log(`a failing over store: ${runs} schedules, ${restored} pairs restored, 0 lost`);
    expect(restored).toBeGreaterThan(0);
  },
  Math.max(600_000, Number(runs) * 300),
);
