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
  return once(path, async () => {
    const name = relative(root, path).replaceAll(sep, "-").replace(/\.ts$/, "");
    await bundle(name, { [name]: path });
    return join(directory, `${name}.mjs`);
  });
}

/**
 * Builds the package for programs that import it by its name, and resolves to a configuration of TypeScript
 * that leads there: `TSX_TSCONFIG_PATH=<it> node --import tsx <program>`.
 */
export function buildPackage(): Promise<string> {
  return once("package", async () => {
    const entries = Object.entries(doors).map(([door, source]) => {
      const name = ["package", ...door.split("/").slice(1)].join("-");
      return { door, name, source: join(root, source) };
    });
    await bundle("package", Object.fromEntries(entries.map(({ name, source }) => [name, source])));
    const paths = Object.fromEntries(entries.map(({ door, name }) => [door, [`./${name}.mjs`]]));
    const config = { extends: "../../tsconfig.json", compilerOptions: { paths } };
    write(join(directory, "tsconfig.json"), JSON.stringify(config));
    return join(directory, "tsconfig.json");
  });
}

/** What examples import. */
const doors: Readonly<Record<string, string>> = {
  "airwallex-connect": "src/index.ts",
  "airwallex-connect/emulator": "src/emulator/index.ts",
  "airwallex-connect/schemas": "src/generated/index.ts",
  "airwallex-connect/stores/file": "src/stores/file/index.ts",
  "airwallex-connect/stores/memory": "src/stores/memory/index.ts",
  "airwallex-connect/stores/postgres": "src/stores/postgres/index.ts",
  "airwallex-connect/stores/redis": "src/stores/redis/index.ts",
  "airwallex-connect/stores/sealed": "src/stores/sealed.ts",
  "airwallex-connect/webhooks": "src/webhooks/index.ts",
};

function once(key: string, make: () => Promise<string>): Promise<string> {
  const known = built.get(key);
  if (known) return known;
  const building = make();
  built.set(key, building);
  return building;
}

async function bundle(name: string, entryPoints: Readonly<Record<string, string>>): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { ...entryPoints },
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
  // Other tests may be starting those of before, so what they start comes last, and each file at once.
  const programs = Object.keys(entryPoints).map((entry) => join(directory, `${entry}.mjs`));
  const parts = outputFiles.filter(({ path }) => !programs.includes(path));
  for (const { path, contents } of [...parts, ...outputFiles]) write(path, contents);
  removeOld();
}

function write(path: string, contents: string | Uint8Array): void {
  const written = `${path}.${process.pid}`;
  writeFileSync(written, contents);
  renameSync(written, path);
}

/** Files that no build has written for a day. */
function removeOld(): void {
  const dayAgoMs = Date.now() - 24 * 60 * 60_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const { mtimeMs = Number.POSITIVE_INFINITY } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < dayAgoMs) rmSync(path, { force: true });
  }
}
