import fc from "fast-check";
import { expect, test } from "vitest";
import { type Schedule, schedules } from "./schedule.js";
import { runSchedule } from "./world.js";

const runs = Number(process.env["ROTATION_RUNS"] ?? 2000);

test("rotation loses no connection in any schedule", { timeout: 300_000 }, async () => {
  const ends: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule: Schedule) => {
      const { problems, end } = await runSchedule(schedule);
      ends[end] = (ends[end] ?? 0) + 1;
      expect(problems).toEqual([]);
    }),
    { numRuns: runs },
  );
  console.log(ends);
});
