/** `npm run generate` writes what spec/ says; with `--check` it only reports differences. */

import { fileURLToPath } from "node:url";
import { SpecError } from "./problem.js";
import { check, generate } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

try {
  if (process.argv.includes("--check")) {
    fail(await check(root));
  } else {
    console.log(await generate(root));
  }
} catch (error) {
  if (!(error instanceof SpecError)) throw error;
  fail([error.message]);
}

function fail(messages: readonly string[]): void {
  for (const message of messages) console.error(message);
  if (messages.length > 0) process.exitCode = 1;
}
