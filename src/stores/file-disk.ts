/** The few things that the file store asks of a disk. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StoreError } from "../errors/store-errors.js";

/** The state in a file, or undefined where there is no file. */
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
    // Without the parser's own message, which quotes the text: it can be a token.
    return undefined;
  }
}

/**
 * Replaces a file so that readers see the old state or the new one, and so does a machine that loses
 * power. The new one is prepared in another directory; where that is gone, nothing is replaced.
 */
export async function replaceState(path: string, state: unknown, prepareIn: string): Promise<void> {
  const next = join(prepareIn, `next.${randomUUID()}.json`);
  try {
    await writeSynced(next, JSON.stringify(state));
    await rename(next, path);
  } catch (error) {
    // A disk that is full would fill up with half-written states, and a state can hold tokens.
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

/** Makes a directory and those above it, so that they are still there after a loss of power. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** Brings a rename to the disk. Windows has no such thing, and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** True when it was there to be moved. */
export async function moved(from: string, to: string): Promise<boolean> {
  return (await unlessMissing(rename(from, to).then(() => true))) ?? false;
}

/** The names in a directory; none where there is no directory. */
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
