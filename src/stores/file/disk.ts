/** The disk operations that the file store needs. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StoreError } from "../../errors/store-errors.js";

/** The state in a file, or undefined if there is no file. */
export async function readState<State>(path: string): Promise<State | undefined> {
  const text = await unlessMissing(readFile(path, "utf8"));
  if (text === undefined) return undefined;
  const state = parse(text);
  if (typeof state === "object" && state !== null) return state as State;
  throw new StoreError(
    "record_unreadable",
    `Cannot read ${path}: it was changed by somebody else, expected what the store wrote`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message is dropped: it quotes the text, which may contain tokens.
    return undefined;
  }
}

/**
 * Replaces a file atomically: readers see the old state or the new one, even after a power failure. The new
 * one is prepared in another directory; if that is gone, nothing is replaced.
 */
export async function replaceState(path: string, state: unknown, prepareIn: string): Promise<void> {
  const next = join(prepareIn, `next.${randomUUID()}.json`);
  try {
    await writeSynced(next, JSON.stringify(state));
    await rename(next, path);
  } catch (error) {
    // Otherwise a full disk would collect half-written states, and a state can contain tokens.
    await rm(next, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Creates a directory and its parents so that they survive a power failure. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** Syncs a rename to disk. Windows has no such operation, and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames a file or directory; false if it did not exist. */
export async function moved(from: string, to: string): Promise<boolean> {
  return (await unlessMissing(rename(from, to).then(() => true))) ?? false;
}

/** The names in a directory; none if it does not exist. */
export async function list(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path))) ?? [];
}

export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

export function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}
