/** The single gate, the same locally and in CI: every step runs, and every failure is shown. */

import { spawnSync } from "node:child_process";

const tsx = "node_modules/.bin/tsx";
const bin = (name: string): string => `node_modules/.bin/${name}`;

const steps: readonly (readonly [name: string, command: string, ...args: readonly string[]])[] = [
  ["format and lint", bin("biome"), "ci", "--colors=off", "--error-on-warnings", "."],
  ["types", bin("tsc"), "--noEmit", "-p", "."],
  ["layers", tsx, "scripts/check-layers.ts"],
  ["functions", tsx, "scripts/check-functions.ts", "--list"],
  ["generated files", tsx, "scripts/generate/index.ts", "--check"],
  ["contract", tsx, "scripts/contract/check.ts"],
  ["documentation", tsx, "scripts/check-docs.ts"],
  ["build", "npm", "run", "--silent", "build", "--", "--silent"],
  ["bundles", tsx, "scripts/check-bundles.ts"],
  ["package", tsx, "scripts/check-pack.ts"],
];

const failed: string[] = [];
for (const [name, command, ...args] of steps) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(`${stdout}${stderr}`.trimEnd());
}
console.log(failed.length === 0 ? "All checks passed" : `Failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
