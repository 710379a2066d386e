/** The package under test: this repository's build, or another checkout's with `--root`. */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** In the environment, so that every process of a run measures the same package. */
const variable = "AIRWALLEX_CONNECT_BENCH_ROOT";
const own = fileURLToPath(new URL("../..", import.meta.url));

export function usePackage(directory) {
  process.env[variable] = resolve(directory);
}

export const packageRoot = () => process.env[variable] ?? own;

export function readManifest(directory = packageRoot()) {
  return JSON.parse(readFileSync(resolve(directory, "package.json"), "utf8"));
}

/** Every entry point, as the manifest lists them; one that was not built is an error. */
export function doors() {
  const { exports, bin } = readManifest();
  const found = {};
  for (const [name, conditions] of Object.entries(exports)) {
    if (!conditions.import) continue;
    const esm = built(conditions.import.default);
    const cjs = built(conditions.require.default);
    found[name] = { url: pathToFileURL(esm).href, path: esm, cjs };
  }
  const cli = built(Object.values(bin)[0]);
  return { ...found, cli: { url: pathToFileURL(cli).href, path: cli } };
}

function built(file) {
  const path = resolve(packageRoot(), file);
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing; run "npm run build" in ${packageRoot()}`);
}
