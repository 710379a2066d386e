/** A store in a directory: for one or more processes on one machine. */

import { createHash } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StoreError } from "../errors/store-errors.js";
import type { StoreBackend } from "./backend.js";
import { buildStore } from "./build-store.js";
import { type ClaimCell, claim, confirm, isForgettable, isReleasable } from "./claim-cell.js";
import { type Cells, createCells } from "./file-cell.js";
import { list, unlessMissing } from "./file-disk.js";
import { isGone, nameHolder } from "./file-holder.js";
import { pageOf } from "./page.js";
import {
  acquire,
  emptyRecordCell,
  giveBack,
  type RecordCell,
  recordOf,
  remove,
  type Step,
  write,
} from "./record-cell.js";
import type { ListedKey, Store } from "./store.js";

export type { Store } from "./store.js";

/** Options of `createFileStore`. */
export interface FileStoreOptions {
  /** Where to keep everything, on a local disk. Created with mode 0700 when first needed. */
  readonly directory: string;
}

/**
 * A store in a directory on a local disk, safe to share between processes on one machine. What it has
 * confirmed survives a process crash and a power failure. Files have mode 0600 and are named by a hash of
 * the key. The lease of a killed process is free at once if its process id is visible, otherwise when it
 * expires.
 *
 * `list` reads every record. Beyond some ten thousand records, use Redis or Postgres.
 *
 * @throws TypeError if `directory` is not a path.
 * @example
 * const store = createFileStore({ directory: "/var/lib/shop/airwallex" });
 */
export function createFileStore({ directory }: FileStoreOptions): Store {
  if (typeof directory !== "string" || directory === "") {
    throw new TypeError("Cannot create file store: `directory` is missing, expected a path");
  }
  return buildStore(createFileBackend(resolve(directory)));
}

/** The cell holds the key, because a hash cannot be reversed. */
interface FileRecordCell extends Omit<RecordCell, "value" | "expiresAtMs"> {
  readonly key: string;
  readonly value?: string | undefined;
  readonly expiresAtMs?: number | undefined;
  /** The process that holds the lease. */
  readonly holder?: string | undefined;
}

function createFileBackend(directory: string): StoreBackend {
  const scratch = join(directory, "scratch");
  const records = createCells<FileRecordCell>(join(directory, "records"), scratch);
  const claims = createCells<ClaimCell>(join(directory, "claims"), scratch);
  const sweep = createSweep(claims, scratch);

  function change<Result>(
    key: string,
    step: (cell: RecordCell, before: FileRecordCell | undefined) => Step<RecordCell, Result>,
  ): Promise<Result> {
    return records.change(nameOf(key), (before) => {
      const { cell, result } = step(full(before), before);
      return { result, cell: cell && { ...cell, key, holder: holderOf(cell, before) } };
    });
  }

  return {
    read: async (key) => recordOf(full(await records.read(nameOf(key))), Date.now()),
    async acquire(key, attempt) {
      // Waiters look without taking the baton, which the holder needs to write.
      const before = await records.read(nameOf(key));
      const { result } = acquire(freed(full(before), before), attempt, Date.now());
      if (result.kind !== "taken") return result;
      return change(key, (cell, now) => acquire(freed(cell, now), attempt, Date.now()));
    },
    giveBack: (key, fence) => change(key, (cell) => giveBack(cell, fence)),
    write: (key, asked) => change(key, (cell) => write(cell, asked, Date.now())),
    remove: (key) => change(key, remove),
    list: async (query) => pageOf(await readKeys(records), query),
    async claim(id, token, leaseMs) {
      await sweep(nameOf(id));
      const next = { token, untilMs: Date.now() + leaseMs };
      return claims.change(nameOf(id), (cell) => claim(cell, next, Date.now()));
    },
    async confirm(id, token, keepMs) {
      const next = { token, untilMs: Date.now() + keepMs };
      if ((await claims.read(nameOf(id))) === undefined) return false;
      return claims.change(nameOf(id), (cell) => confirm(cell, next));
    },
    async release(id, token) {
      if ((await claims.read(nameOf(id))) === undefined) return false;
      return claims.removeIf(nameOf(id), (cell) => isReleasable(cell, token));
    },
    pollMs: [10, 100],
  };
}

/** Keys can be anything; file names cannot. */
function nameOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function full(cell: FileRecordCell | undefined): RecordCell {
  const { value, version, fence } = { ...emptyRecordCell, ...cell };
  const numbered = Number.isSafeInteger(version) && Number.isSafeInteger(fence);
  if (!numbered || (value !== undefined && typeof value !== "string")) {
    throw new StoreError(
      "record_unreadable",
      "Cannot read the record: its file was changed by somebody else",
      { key: cell?.key },
    );
  }
  return { ...emptyRecordCell, ...cell };
}

/** The cell, with its lease freed if the holder's process has ended. */
function freed(cell: RecordCell, before: FileRecordCell | undefined): RecordCell {
  const holder = before?.holder;
  return holder !== undefined && isGone(holder) ? { ...cell, leasedUntilMs: 0 } : cell;
}

function holderOf(cell: RecordCell, before: FileRecordCell | undefined): string | undefined {
  if (cell.leasedUntilMs === 0) return undefined;
  return cell.fence === before?.fence ? before.holder : nameHolder(Date.now());
}

async function readKeys(records: Cells<FileRecordCell>): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for (const name of await records.names()) {
    const cell = await records.read(name);
    if (cell?.value !== undefined) keys.push({ key: cell.key, expiresAtMs: cell.expiresAtMs });
  }
  return keys;
}

const claimsPerSweep = 100;
const scratchIsRubbishAfterMs = 60 * 60_000;

/** Every so many claims, clears one of 256 shards of expired claims: a small cost, evenly spread. */
function createSweep(claims: Cells<ClaimCell>, scratch: string): (name: string) => Promise<void> {
  let count = 0;
  return async (name) => {
    if (count++ % claimsPerSweep !== 0) return;
    for (const other of await claims.names(name.slice(0, 2))) {
      const isOver = (cell: ClaimCell | undefined): boolean =>
        cell === undefined || isForgettable(cell, Date.now());
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
    if (found && Date.now() - found.mtimeMs > scratchIsRubbishAfterMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
