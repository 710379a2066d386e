/** One command on a fresh clone: reads the arguments, installs the peers, builds the package. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { doors, packageRoot, readManifest, usePackage } from "./package.mjs";

const bench = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {{ options?: object, peers?: boolean, builds?: boolean }} [needs] further arguments, whether other
 *   clients are needed, and whether the package is
 * @returns {{ quick: boolean }} the arguments
 */
export function prepare({ options = {}, peers = true, builds = true } = {}) {
  const { values } = parseArgs({
    options: {
      ...options,
      quick: { type: "boolean", default: false },
      root: { type: "string" },
      "no-build": { type: "boolean", default: false },
    },
  });
  if (values.root !== undefined) usePackage(values.root);
  if (!existsSync(join(packageRoot(), "node_modules"))) {
    throw new Error(`${packageRoot()} has no node_modules; run "npm install" there first`);
  }
  if (peers && !existsSync(join(bench, "node_modules"))) {
    say("Installing the peers into bench/node_modules (npm ci)");
    run("npm", ["ci"], bench);
  }
  if (!builds) return values;
  if (!values["no-build"]) {
    say("Building the package (npm run build)");
    run("npm", ["run", "build"], packageRoot());
  }
  if (peers) requireSameUndici();
  // Throws if an entry point was not built.
  doors();
  return values;
}

/** Progress goes to stderr, figures to stdout. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`"${command} ${args.join(" ")}" failed in ${cwd}\n${stdout}${stderr}`);
}

/** With different versions of undici, the comparison would say nothing about us. */
function requireSameUndici() {
  const [theirs, ours] = [bench, packageRoot()].map(
    (directory) => readManifest(join(directory, "node_modules/undici")).version,
  );
  if (theirs === ours) return;
  throw new Error(`bench/ has undici ${theirs} and the package has ${ours}, expected the same`);
}
