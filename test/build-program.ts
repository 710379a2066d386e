/** Programs that tests start as processes of their own. */

import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
// Two folders below package.json, as the command line's source is.
const directory = join(root, "test/.build");
const built = new Map<string, Promise<string>>();

/**
 * Builds a program, once for all tests of a process, and resolves to its path. Compiled from its sources at
 * every start, it would need ten times as long.
 */
export function buildProgram(source: URL): Promise<string> {
  const path = fileURLToPath(source);
  const known = built.get(path);
  if (known) return known;
  const building = bundle(path);
  built.set(path, building);
  return building;
}

async function bundle(source: string): Promise<string> {
  const name = relative(root, source).replaceAll(sep, "-").replace(/\.ts$/, "");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: source },
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    write: false,
    bundle: true,
    // What is imported on demand stays so; in a single file, a process would load all of it as it starts.
    splitting: true,
    chunkNames: `${name}-[hash]`,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  mkdirSync(directory, { recursive: true });
  const program = join(directory, `${name}.mjs`);
  // Other tests may be starting the one of before, so the program comes last, and each file at once.
  const parts = outputFiles.filter(({ path }) => path !== program);
  for (const { path, contents } of [...parts, ...outputFiles]) {
    const written = `${path}.${process.pid}`;
    writeFileSync(written, contents);
    renameSync(written, path);
  }
  removeOld();
  return program;
}

/** Files that no build has written for a day. */
function removeOld(): void {
  const dayAgoMs = Date.now() - 24 * 60 * 60_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < dayAgoMs) rmSync(path, { force: true });
  }
}
