/**
 * Replay what failed with the seed and the path that are printed:
 * `ROTATION_SEED=... ROTATION_PATH=... npx vitest run test/auth/rotation/rotation.property.test.ts`.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createEmulatorServers } from "./emulator-server.js";
import { type Schedule, schedules } from "./schedule.js";
import { runSchedule, type WorldOptions } from "./world.js";

const { ROTATION_RUNS: runs = "2000", ROTATION_SEED: seed, ROTATION_PATH: path } = process.env;
const replay = { ...(seed && { seed: Number(seed) }), ...(path && { path }) };
const longestMs = Math.max(120_000, Number(runs) * 100);

const emulators = createEmulatorServers();

test.each<[where: string, options: WorldOptions]>([
  ["a strict server", {}],
  ["the emulator", { createServer: emulators.create, settled: emulators.settled }],
])(
  "createConnectionManager() loses no connection at %s when all goes wrong",
  async (where, options) => {
    const ends = { alive: 0, unknown: 0, disconnected: 0 };
    const holds = fc.asyncProperty(schedules, async (schedule: Schedule) => {
      const { problems, end } = await runSchedule(schedule, options);
      expect(problems).toEqual([]);
      ends[end]++;
    });
    await fc.assert(holds, { numRuns: Number(runs), ...replay });
    console.log(`${where}: ${runs} schedules, ${JSON.stringify(ends)}, 0 lost`);
  },
  longestMs,
);
