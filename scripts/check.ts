/** The single gate, the same locally and in CI: every step runs, and every failure is shown. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { text } from "node:stream/consumers";

const tsx = "node_modules/.bin/tsx";
const bin = (name: string): string => `node_modules/.bin/${name}`;

type Step = readonly [name: string, command: string, ...args: readonly string[]];

/** Chains run beside each other, the steps of one after another. The longest begin first. */
const chains: readonly (readonly Step[])[] = [
  [
    ["build", "npm", "run", "--silent", "build", "--", "--silent"],
    ["bundles", tsx, "scripts/check-bundles.ts"],
    ["package", tsx, "scripts/pack/check.ts"],
  ],
  [["documentation", tsx, "scripts/check-docs.ts"]],
  // By TypeScript 7, which takes a fifth of the time; the build, the documentation and the package use 5.
  [["types", "node", "node_modules/typescript-7/bin/tsc", "--noEmit", "-p", "."]],
  [["format and lint", bin("biome"), "ci", "--colors=off", "--error-on-warnings", "."]],
  [["contract", tsx, "scripts/contract/check.ts"]],
  [["generated files", tsx, "scripts/generate/index.ts", "--check"]],
  [["layers", tsx, "scripts/check-layers.ts"]],
  [["functions", tsx, "scripts/check-functions.ts"]],
  [["compatibility table", tsx, "test/compat/index.ts", "--check"]],
];

const left = [...chains];
const failed: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, runChains));
console.log(failed.length === 0 ? "All checks passed" : `Failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runChains(): Promise<void> {
  for (let chain = left.shift(); chain; chain = left.shift()) {
    for (const step of chain) await run(step);
  }
}

async function run([name, command, ...args]: Step): Promise<void> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (status === 0) return;
  failed.push(name);
  console.log(`${stdout}${stderr}`.trimEnd());
}
