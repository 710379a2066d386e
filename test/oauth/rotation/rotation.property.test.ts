/**
 * Prints what happened. The schedules are the same every time, so that a failure comes from the change under
 * test; `ROTATION_SEED=$RANDOM` draws others, `ROTATION_RUNS=50000` draws more. Replay a failure with the
 * seed and the path that it prints:
 * `ROTATION_SEED=... ROTATION_PATH=... npx vitest run test/oauth/rotation/rotation.property.test.ts`.
 */

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulatorServers } from "./emulator-server.js";
import { type Schedule, schedules } from "./schedule.js";
import { type Result, runSchedule, type WorldOptions } from "./world.js";

const { ROTATION_RUNS: runs = "300", ROTATION_SEED: seed = "1", ROTATION_PATH: path } = process.env;
const replay = { seed: Number(seed), ...(path && { path }) };
const longestMs = Math.max(600_000, Number(runs) * 300);

const emulators = createEmulatorServers();

// Every error is searched for secrets. Stack traces hold none, and took a quarter of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

test.each<[where: string, options: WorldOptions]>([
  ["a strict server", {}],
  ["the emulator", { createServer: emulators.create, settled: emulators.settled }],
])(
  "createConnectionManager() loses no connection at %s when everything goes wrong",
  async (where, options) => {
    const results: Pick<Result, "end" | "figures">[] = [];
    const holds = fc.asyncProperty(schedules, async (schedule: Schedule) => {
      const { problems, end, figures } = await runSchedule(schedule, options);
      expect(problems).toEqual([]);
      results.push({ end, figures });
    });
    await fc.assert(holds, { numRuns: Number(runs), ...replay });
    console.log(`${where}: ${summarize(results)}`);
  },
  longestMs,
);

/** A lost connection is a problem, and with a problem there is no summary. */
function summarize(results: readonly Pick<Result, "end" | "figures">[]): string {
  const sum = (name: keyof Result["figures"]): number =>
    results.reduce((total, { figures }) => total + figures[name], 0);
  const ended = (how: Result["end"]): number => results.filter(({ end }) => end === how).length;
  return (
    `${results.length} schedules of 2 to 8 processes, ${sum("refreshes")} refreshes, ` +
    `${sum("crashes")} crashes, ${sum("lostAnswers")} answers lost; 0 connections lost, ` +
    `${ended("unknown")} reported as unknown and not spent, ${ended("disconnected")} ended by the customer`
  );
}
