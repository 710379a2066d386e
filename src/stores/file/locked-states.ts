/**
 * Small pieces of state in a directory, changed by one process at a time.
 *
 *     <name>/state.json                       the state; read without any lock
 *     <name>/free/                            the lock: an empty directory that exists once per state
 *     <name>/held.<holder>/                   the same directory, while a process changes the state
 *     <name>/held.<holder>/next.<uuid>.json   the next state, on its way to state.json
 *
 * 1. A process takes the lock by renaming `free` to a name of its own. If many try, the file system lets
 *    only one succeed.
 * 2. The next state is written inside the lock, synced to disk, and renamed to `state.json`: readers see
 *    either the old state or the new one.
 * 3. The process returns the lock by renaming it to `free`.
 * 4. A holder that was killed leaves its lock behind. Others rename it from its exact name to their own;
 *    again only one succeeds. Nobody deletes a lock, so nobody deletes the wrong one.
 * 5. A holder that was only suspended finds out by itself: the path it writes to no longer exists, so step
 *    2 fails and it starts again. It cannot overwrite what its successor wrote.
 */

import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Change } from "../record-state.js";
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
} from "./disk.js";
import { heldSinceMs, isGone, nameHolder } from "./lock-holder.js";

export interface LockedStates<State> {
  /** The state of that name, or undefined if there is none. */
  read(name: string): Promise<State | undefined>;
  /** Changes the state with a pure function, which may be called more than once. */
  change<Result>(
    name: string,
    step: (state: State | undefined) => Change<State, Result>,
  ): Promise<Result>;
  /** Removes the state and its lock if `isDoomed` says so; returns what it said. */
  removeIf(name: string, isDoomed: (state: State | undefined) => boolean): Promise<boolean>;
  /** The names of all shards: the first two digits of the names of states. */
  shards(): Promise<string[]>;
  /** The name of every state in a shard. */
  names(shard: string): Promise<string[]>;
}

/** A change takes milliseconds. A holder that takes longer is suspended, or died where we cannot see it. */
const longestChangeMs = 10_000;

/** Names are hexadecimal digits. */
export function createLockedStates<State>(directory: string, scratch: string): LockedStates<State> {
  const queues = createQueues();
  const pathOf = (name: string): string => join(directory, name.slice(0, 2), name);
  const fileOf = (name: string): string => join(pathOf(name), "state.json");
  const read = (name: string): Promise<State | undefined> => readState<State>(fileOf(name));
  const locked = <T>(name: string, work: (lock: string) => Promise<T>): Promise<T> =>
    queues.after(name, () => underLock(pathOf(name), scratch, work));

  return {
    read,
    change: (name, step) =>
      locked(name, async (lock) => {
        const { state, result } = step(await read(name));
        if (state !== undefined) await replaceState(fileOf(name), state, lock);
        return result;
      }),
    removeIf: (name, isDoomed) =>
      locked(name, async () => {
        if (!isDoomed(await read(name))) return false;
        await discard(pathOf(name), scratch);
        return true;
      }),
    shards: () => list(directory),
    names: (shard) => list(join(directory, shard)),
  };
}

/** Queues callers in this process, so that only one of them tries for the lock. */
function createQueues(): { after<T>(name: string, work: () => Promise<T>): Promise<T> } {
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

async function underLock<T>(
  directory: string,
  scratch: string,
  work: (lock: string) => Promise<T>,
): Promise<T> {
  for (;;) {
    const lock = await takeLock(directory, scratch);
    try {
      return await work(lock);
    } catch (error) {
      // Suspended, and lost the lock before anything was changed.
      if (!isMissing(error)) throw error;
    } finally {
      await unlessMissing(rename(lock, join(directory, "free")));
    }
  }
}

async function takeLock(directory: string, scratch: string): Promise<string> {
  for (;;) {
    const mine = join(directory, `held.${nameHolder(Date.now())}`);
    if (await moved(join(directory, "free"), mine)) return mine;
    const others = await unlessMissing(readdir(directory));
    if (others === undefined) {
      await create(directory, scratch);
      continue;
    }
    const held = others.find((name) => name.startsWith("held."));
    if (
      held !== undefined &&
      isStale(held.slice(5)) &&
      (await moved(join(directory, held), mine))
    ) {
      await clear(mine);
      return mine;
    }
    await wait(1 + Math.random() * 4);
  }
}

function isStale(holder: string): boolean {
  // A time in the future counts too: after the clock was set back, the lock could stay held forever.
  return Math.abs(Date.now() - heldSinceMs(holder)) > longestChangeMs || isGone(holder);
}

/** Error codes if another process was first: a directory that is not empty is never replaced. */
const alreadyThere: readonly unknown[] =
  process.platform === "win32" ? ["EPERM", "EEXIST"] : ["ENOTEMPTY", "EEXIST"];

/** Creates the directory of a state together with its lock, in one step or not at all. */
async function create(directory: string, scratch: string): Promise<void> {
  const draft = join(scratch, randomUUID());
  await makeDirectory(join(draft, "free"));
  await makeDirectory(dirname(directory));
  try {
    await rename(draft, directory);
    await syncDirectory(dirname(directory));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!alreadyThere.includes(codeOf(error))) throw error;
  }
}

async function discard(directory: string, scratch: string): Promise<void> {
  const removed = join(scratch, randomUUID());
  await rename(directory, removed);
  await rm(removed, { recursive: true, force: true });
}

async function clear(lock: string): Promise<void> {
  for (const left of await list(lock)) await rm(join(lock, left), { force: true });
}
