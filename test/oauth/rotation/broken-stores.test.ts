/** The simulation is worth something only if it notices a store that breaks the contract. */

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { acquire, type RecordState, write } from "../../../src/stores/record-state.js";
import { lateMark, schedules } from "./schedule.js";
import { rightSteps, type StateSteps } from "./virtual-store.js";
import { runSchedule } from "./world.js";

// On a busy machine it can take a while to find one.
vi.setConfig({ testTimeout: 120_000 });

async function firstProblem(steps: Partial<StateSteps>): Promise<string | undefined> {
  const options = { storeSteps: { ...rightSteps, ...steps } };
  const { problems, end } = await runSchedule(lateMark, options);
  if (end !== "alive") return `the connection is ${end}`;
  if (problems.length > 0) return problems[0];
  const holds = fc.asyncProperty(schedules, async (schedule) => {
    const { problems } = await runSchedule(schedule, options);
    if (problems[0] !== undefined) throw new Error(problems[0]);
  });
  const settings = { numRuns: 500, seed: 1, endOnFailure: true };
  const { errorInstance } = await fc.check(holds, settings);
  return errorInstance instanceof Error ? errorInstance.message : undefined;
}

const presentVersion = ({ value, version }: RecordState): number =>
  value === undefined ? 0 : version;

test.each<[what: string, steps: Partial<StateSteps>]>([
  [
    // Fences alone would make up for versions that are not checked.
    "writes whatever the current version is",
    {
      write: (state, asked, now) => {
        const fence = asked.fence && state.fence;
        return write(state, { ...asked, fence, expectedVersion: presentVersion(state) }, now);
      },
    },
  ],
  [
    "takes writes under a lease that others have got since",
    {
      write: (state, asked, now) =>
        write(state, { ...asked, fence: asked.fence && Math.max(asked.fence, state.fence) }, now),
    },
  ],
  [
    "gives a lease that another holds",
    { acquire: (state, asked, now) => acquire({ ...state, leasedUntilMs: 0 }, asked, now) },
  ],
  [
    "says that every record is new",
    {
      acquire: (state, asked, now) => acquire({ ...state, written: now }, asked, now),
    },
  ],
  [
    "forgets the age of a record that is to keep it",
    { write: (state, asked, now) => write(state, { ...asked, keepAge: false }, now) },
  ],
])("runSchedule() finds a problem with a store that %s", async (_, steps) => {
  expect(await firstProblem(steps)).toBeTypeOf("string");
});
