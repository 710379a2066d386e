/** Two real processes onboard one list at the same time, on each kind of store that they can share. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { createPostgresTables } from "airwallex-connect/stores/postgres";
import { Pool } from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { postgresMissing, redisMissing, startPostgres, startRedis, titled } from "../servers.js";
import { countSteps, countsOf, kill, type Started, startRunner } from "./proof.js";
import { sellersUpTo } from "./sellers.js";

interface Place {
  /** The store argument for the runner. */
  readonly store: string;
  [Symbol.asyncDispose](): Promise<void>;
}

async function openFiles(): Promise<Place> {
  const store = mkdtempSync(join(tmpdir(), "onboarding-"));
  const remove = async (): Promise<void> => rmSync(store, { recursive: true, force: true });
  return { store, [Symbol.asyncDispose]: remove };
}

async function openRedis(): Promise<Place> {
  const { url, stop } = await startRedis();
  return { store: url, [Symbol.asyncDispose]: stop };
}

async function openPostgres(): Promise<Place> {
  const { url, stop } = await startPostgres();
  const pool = new Pool({ connectionString: url });
  await createPostgresTables(pool);
  await pool.end();
  return { store: url, [Symbol.asyncDispose]: stop };
}

const places = [
  { name: "files", open: openFiles, missing: undefined },
  { name: "Redis", open: openRedis, missing: redisMissing },
  { name: "Postgres", open: openPostgres, missing: postgresMissing },
];

/** Look-ups are slow, so that both processes often work on the same seller. */
async function openEmulator(): Promise<RunningEmulator> {
  const emulator = await startEmulator({ reviewAfterMs: 0 });
  emulator.faults.always("accounts.list", { delayMs: 30 });
  return emulator;
}

function identifiers(emulator: RunningEmulator): readonly unknown[] {
  return emulator.accounts.list().map(({ identifier }) => identifier);
}

const sellers = 40;
const all = [...sellersUpTo(sellers)].map(({ identifier }) => identifier);
const allDone = { total: sellers, done: sellers, waiting: 0, missing: 0, failed: 0 };

const started: Started[] = [];
afterAll(() => {
  for (const { child } of started) child.kill("SIGKILL");
});

/** Few at once, so that neither process takes all sellers. */
function startTwo({ url }: RunningEmulator, { store }: Place): readonly [Started, Started] {
  const two = [startRunner(url, store, sellers, 8), startRunner(url, store, sellers, 8)] as const;
  started.push(...two);
  return two;
}

describe.concurrent.each(places)("two processes on $name", ({ open, missing }) => {
  test.skipIf(missing)(
    titled("share the work, and do every step of every seller once", missing),
    async () => {
      await using place = await open();
      await using emulator = await openEmulator();
      const steps: string[][] = [];
      const counts = await Promise.all(
        startTwo(emulator, place).map((one, index) => {
          const own: string[] = [];
          steps[index] = own;
          return countsOf(one, (line) => line.includes('"step"') && own.push(line));
        }),
      );
      expect(counts).toEqual([allDone, allDone]);
      expect(identifiers(emulator).toSorted()).toEqual(all.toSorted());
      for (const own of steps) expect(own.length).toBeGreaterThan(10);
      const stepsOfOne = ["create", "upload", "update", "submit"];
      const expected = all.flatMap((identifier) =>
        stepsOfOne.map((step) => JSON.stringify({ identifier, step })),
      );
      expect(steps.flat().toSorted()).toEqual(expected.toSorted());
    },
  );

  test.skipIf(missing)(
    titled("open one account for every seller, also when one of them is killed", missing),
    async () => {
      await using place = await open();
      await using emulator = await openEmulator();
      // Some may still be in progress when their caller is gone.
      emulator.faults.always("accounts.create", { delayMs: 200 });
      const [victim, survivor] = startTwo(emulator, place);
      const counts = countsOf(survivor);
      await countSteps(victim.lines, 20);
      await kill(victim);
      expect(await counts).toEqual(allDone);
      expect(identifiers(emulator).toSorted()).toEqual(all.toSorted());
    },
  );
});
