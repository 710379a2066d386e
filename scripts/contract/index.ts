/** The command behind `npm run contract -- path/to/airwallex-openapi-latest.yaml`. */

import { fileURLToPath } from "node:url";
import { DocumentError } from "./open-document.js";
import { updateContract } from "./update.js";

const [path] = process.argv.slice(2);

if (path === undefined) {
  fail("Usage: npm run contract -- path/to/airwallex-openapi-latest.yaml");
} else {
  try {
    const spec = fileURLToPath(new URL("../../spec", import.meta.url));
    for (const line of await updateContract(spec, path)) console.log(line);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    fail(`Cannot use ${path}: ${error.message}; spec/contract/ is as before`);
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
