/** Programs that tests start as processes of their own. */

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
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
  // Two folders below package.json, as the command line's source is.
  const name = relative(root, source).replaceAll(sep, "-").replace(/\.ts$/, ".mjs");
  const outfile = join(root, "test/.build", name);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    write: false,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  mkdirSync(dirname(outfile), { recursive: true });
  // Other tests may be starting the one of before.
  const written = `${outfile}.${process.pid}`;
  writeFileSync(written, outputFiles[0]?.contents ?? "");
  renameSync(written, outfile);
  return outfile;
}
