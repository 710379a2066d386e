/**
 * Small pieces of state in a directory, changed by one process at a time.
 *
 *     <name>/state.json                       what the cell holds; read without any lock
 *     <name>/free/                            the baton: an empty directory that exists once per cell
 *     <name>/held.<holder>/                   the same directory, while a process changes the state
 *     <name>/held.<holder>/next.<uuid>.json   the next state, on its way to state.json
 *
 * 1. A process takes the baton by renaming `free` to a name of its own. If many try, the file system lets
 *    only one succeed.
 * 2. The next state is written inside the baton, synced to disk, and renamed to `state.json`: readers see
 *    either the old state or the new one.
 * 3. The process returns the baton by renaming it to `free`.
 * 4. A holder that was killed leaves its baton behind. Others rename it from its exact name to their own;
 *    again only one succeeds. Nobody deletes a lock, so nobody deletes the wrong one.
 * 5. A holder that was only suspended finds out by itself: the path it writes to no longer exists, so step
 *    2 fails and it starts again. It cannot overwrite what its successor wrote.
 */

import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  codeOf,
  isMissing,
  list,
  makeDirectory,
  moved,
  readState,
  replaceState,
  syncDirectory,
  unlessMissing,
} from "./file-disk.js";
import { heldSinceMs, isGone, nameHolder } from "./file-holder.js";
import type { Step } from "./record-cell.js";

export interface Cells<Cell> {
  /** The state of a cell, or undefined if there is none. */
  read(name: string): Promise<Cell | undefined>;
  /** Changes the state with a pure function, which may be called more than once. */
  change<Result>(
    name: string,
    step: (cell: Cell | undefined) => Step<Cell, Result>,
  ): Promise<Result>;
  /** Removes the whole cell if `isDoomed` says so; returns what it said. */
  removeIf(name: string, isDoomed: (cell: Cell | undefined) => boolean): Promise<boolean>;
  /** Every cell, or those of one shard: the first two digits of their names. */
  names(shard?: string): Promise<string[]>;
}

/** A change takes milliseconds. A holder that takes longer is suspended, or died where we cannot see it. */
const longestChangeMs = 10_000;

/** Cell names are hexadecimal digits. */
export function createCells<Cell>(directory: string, scratch: string): Cells<Cell> {
  const lines = createLines();
  const pathOf = (name: string): string => join(directory, name.slice(0, 2), name);

  const stateOf = (name: string): string => join(pathOf(name), "state.json");
  const read = (name: string): Promise<Cell | undefined> => readState<Cell>(stateOf(name));

  async function underBaton<T>(name: string, work: (baton: string) => Promise<T>): Promise<T> {
    for (;;) {
      const baton = await takeBaton(pathOf(name), scratch);
      try {
        return await work(baton);
      } catch (error) {
        // Suspended, and lost the baton before anything was changed.
        if (!isMissing(error)) throw error;
      } finally {
        await unlessMissing(rename(baton, join(pathOf(name), "free")));
      }
    }
  }

  return {
    read,
    change: (name, step) =>
      lines.after(name, () =>
        underBaton(name, async (baton) => {
          const { cell, result } = step(await read(name));
          if (cell !== undefined) await replaceState(stateOf(name), cell, baton);
          return result;
        }),
      ),
    removeIf: (name, isDoomed) =>
      lines.after(name, () =>
        underBaton(name, async () => {
          if (!isDoomed(await read(name))) return false;
          await discard(pathOf(name), scratch);
          return true;
        }),
      ),
    async names(shard) {
      const shards = shard === undefined ? await list(directory) : [shard];
      return (await Promise.all(shards.map((each) => list(join(directory, each))))).flat();
    },
  };
}

/** Queues callers in this process, so that only one of them tries for the baton. */
function createLines(): { after<T>(name: string, work: () => Promise<T>): Promise<T> } {
  const last = new Map<string, Promise<unknown>>();
  return {
    async after(name, work) {
      const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
      last.set(name, turn);
      try {
        return await turn;
      } finally {
        if (last.get(name) === turn) last.delete(name);
      }
    },
  };
}

async function takeBaton(cell: string, scratch: string): Promise<string> {
  for (;;) {
    const mine = join(cell, `held.${nameHolder(Date.now())}`);
    if (await moved(join(cell, "free"), mine)) return mine;
    const others = await unlessMissing(readdir(cell));
    if (others === undefined) {
      await create(cell, scratch);
      continue;
    }
    const held = others.find((name) => name.startsWith("held."));
    if (held !== undefined && isStale(held.slice(5)) && (await moved(join(cell, held), mine))) {
      await clear(mine);
      return mine;
    }
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4));
  }
}

function isStale(holder: string): boolean {
  // A time in the future counts too: after the clock was set back, the baton could stay held forever.
  return Math.abs(Date.now() - heldSinceMs(holder)) > longestChangeMs || isGone(holder);
}

/** Error codes if another process was first: a directory that is not empty is never replaced. */
const alreadyThere: readonly unknown[] =
  process.platform === "win32" ? ["EPERM", "EEXIST"] : ["ENOTEMPTY", "EEXIST"];

/** Creates a cell together with its baton, in one step or not at all. */
async function create(cell: string, scratch: string): Promise<void> {
  const draft = join(scratch, randomUUID());
  await makeDirectory(join(draft, "free"));
  await makeDirectory(dirname(cell));
  try {
    await rename(draft, cell);
    await syncDirectory(dirname(cell));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!alreadyThere.includes(codeOf(error))) throw error;
  }
}

async function discard(cell: string, scratch: string): Promise<void> {
  const rubbish = join(scratch, randomUUID());
  await rename(cell, rubbish);
  await rm(rubbish, { recursive: true, force: true });
}

async function clear(baton: string): Promise<void> {
  for (const left of await list(baton)) await rm(join(baton, left), { force: true });
}
