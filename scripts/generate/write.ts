/** Compares the generated files with those on disk, and writes them. */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Outputs } from "./outputs.js";

/** How the files on disk differ from the outputs, as paths in the project. */
export interface Difference {
  readonly stale: readonly string[];
  readonly superfluous: readonly string[];
}

/** What would be written and removed. */
export async function compareOutputs(root: string, outputs: Outputs): Promise<Difference> {
  const stale: string[] = [];
  for (const [path, text] of outputs) {
    if ((await readText(join(root, path))) !== text) stale.push(path);
  }
  const superfluous = (await generatedFiles(root)).filter((path) => !outputs.has(path));
  return { stale, superfluous };
}

export async function writeOutputs(root: string, outputs: Outputs): Promise<Difference> {
  const difference = await compareOutputs(root, outputs);
  for (const path of difference.superfluous) await rm(join(root, path));
  for (const path of difference.stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), outputs.get(path) ?? "");
  }
  return difference;
}

async function generatedFiles(root: string): Promise<readonly string[]> {
  const inside = await readdir(join(root, "src/generated")).catch(ignoreMissing);
  const pages = await readdir(join(root, "docs/reference")).catch(ignoreMissing);
  const beside = await readdir(join(root, "spec")).catch(ignoreMissing);
  return [
    ...beside.filter((name) => name.includes(".generated.")).map((name) => `spec/${name}`),
    ...pages.map((name) => `docs/reference/${name}`),
    ...inside.map((name) => `src/generated/${name}`),
  ];
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function ignoreMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
