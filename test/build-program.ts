/** Programs that tests start as processes of their own. */

import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

export interface Program {
  readonly path: string;
  remove(): void;
}

/** Builds a program once: each process then starts several times faster than from its sources. */
export async function buildProgram(source: URL): Promise<Program> {
  const name = basename(source.pathname, ".ts");
  // Within the package, so that its imports resolve.
  const folder = `../node_modules/.${name}-${process.pid}-${Date.now()}`;
  const outDir = fileURLToPath(new URL(folder, import.meta.url));
  const quiet = { silent: true, config: false, skipNodeModulesBundle: true } as const;
  const entry = [fileURLToPath(source)];
  await build({ entry, outDir, format: "esm", target: "node20", ...quiet });
  return {
    path: join(outDir, `${name}.js`),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}
