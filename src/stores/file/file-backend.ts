/** Records and claims as files, one directory for each. */

import { createHash } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "../../errors/store-errors.js";
import type { StoreBackend } from "../backend.js";
import { type ClaimState, claim, confirm, isForgettable, isReleasable } from "../claim-state.js";
import { createKeyList } from "../key-list.js";
import {
  acquire,
  type Change,
  emptyRecordState,
  giveBack,
  type RecordState,
  recordOf,
  remove,
  write,
} from "../record-state.js";
import type { ListedKey } from "../store.js";
import { list, unlessMissing } from "./disk.js";
import { isGone, nameHolder, now } from "./lock-holder.js";
import { createLockedStates, type LockedStates } from "./locked-states.js";

/** The file holds the key, because a hash cannot be reversed. */
interface RecordFile extends Omit<RecordState, "value" | "expiresAtMs"> {
  readonly key: string;
  readonly value?: string | undefined;
  readonly expiresAtMs?: number | undefined;
  /** The process that holds the lease. */
  readonly holder?: string | undefined;
}

export function createFileBackend(directory: string): StoreBackend {
  const scratch = join(directory, "scratch");
  const records = createLockedStates<RecordFile>(join(directory, "records"), scratch);

  function change<Result>(
    key: string,
    step: (state: RecordState, before: RecordFile | undefined) => Change<RecordState, Result>,
  ): Promise<Result> {
    return records.change(nameOf(key), (before) => {
      const { state, result } = step(full(before), before);
      return { result, state: state && { ...state, key, holder: holderOf(state, before) } };
    });
  }

  return {
    read: async (key) => recordOf(full(await records.read(nameOf(key))), now()),
    async acquire(key, attempt) {
      // Waiters look without taking the lock, which the holder needs to write.
      const before = await records.read(nameOf(key));
      const { result } = acquire(freed(full(before), before), attempt, now());
      if (result.kind !== "taken") return result;
      return change(key, (state, present) => acquire(freed(state, present), attempt, now()));
    },
    giveBack: (key, fence) => change(key, (state) => giveBack(state, fence)),
    write: (key, asked) => change(key, (state) => write(state, asked, now())),
    remove: (key) => change(key, remove),
    list: createKeyList({
      all: () => readKeys(records),
      find: async (key) => listedOf(await records.read(nameOf(key)))[0],
    }),
    ...createClaims(directory, scratch),
    pollMs: [10, 100],
  };
}

function createClaims(
  directory: string,
  scratch: string,
): Pick<StoreBackend, "claim" | "confirm" | "release"> {
  const claims = createLockedStates<ClaimState>(join(directory, "claims"), scratch);
  const sweep = createSweep(claims, scratch);

  return {
    async claim(id, token, leaseMs) {
      await sweep(nameOf(id));
      const next = { token, untilMs: Date.now() + leaseMs };
      return claims.change(nameOf(id), (state) => claim(state, next, Date.now()));
    },
    async confirm(id, token, keepMs) {
      const next = { token, untilMs: Date.now() + keepMs };
      if ((await claims.read(nameOf(id))) === undefined) return false;
      return claims.change(nameOf(id), (state) => confirm(state, next));
    },
    async release(id, token) {
      if ((await claims.read(nameOf(id))) === undefined) return false;
      return claims.removeIf(nameOf(id), (state) => isReleasable(state, token));
    },
  };
}

/** Keys can be anything; file names cannot. */
function nameOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function full(file: RecordFile | undefined): RecordState {
  const { value, version, fence } = { ...emptyRecordState, ...file };
  const numbered = Number.isSafeInteger(version) && Number.isSafeInteger(fence);
  if (!numbered || (value !== undefined && typeof value !== "string")) {
    throw new StoreError(
      "record_unreadable",
      "Cannot read the record: its file was changed by somebody else",
      { key: file?.key },
    );
  }
  return { ...emptyRecordState, ...file };
}

/** The state, with its lease freed if the holder's process has ended. */
function freed(state: RecordState, before: RecordFile | undefined): RecordState {
  const holder = before?.holder;
  return holder !== undefined && isGone(holder) ? { ...state, leasedUntilMs: 0 } : state;
}

function holderOf(state: RecordState, before: RecordFile | undefined): string | undefined {
  if (state.leasedUntilMs === 0) return undefined;
  return state.fence === before?.fence ? before.holder : nameHolder(Date.now());
}

/** One shard of the directory after another, so that few files are open at once. */
async function readKeys(records: LockedStates<RecordFile>): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for (const shard of await records.shards()) {
    const names = await records.names(shard);
    const files = await Promise.all(names.map((name) => records.read(name)));
    keys.push(...files.flatMap(listedOf));
  }
  return keys;
}

/** The key, if it has a record. */
function listedOf(file: RecordFile | undefined): ListedKey[] {
  return file?.value === undefined ? [] : [{ key: file.key, expiresAtMs: file.expiresAtMs }];
}

const claimsPerSweep = 100;
const longestScratchMs = 60 * 60_000;

/** Every so many claims, clears one of 256 shards of expired claims: a small cost, evenly spread. */
function createSweep(
  claims: LockedStates<ClaimState>,
  scratch: string,
): (name: string) => Promise<void> {
  let count = 0;
  return async (name) => {
    if (count++ % claimsPerSweep !== 0) return;
    for (const other of await claims.names(name.slice(0, 2))) {
      const isOver = (state: ClaimState | undefined): boolean =>
        state === undefined || isForgettable(state, Date.now());
      if (other !== name && isOver(await claims.read(other))) await claims.removeIf(other, isOver);
    }
    await clearScratch(scratch);
  };
}

/** Killed processes leave directories behind there. */
async function clearScratch(scratch: string): Promise<void> {
  for (const name of await list(scratch)) {
    const path = join(scratch, name);
    const found = await unlessMissing(stat(path));
    if (found && Date.now() - found.mtimeMs > longestScratchMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
