/**
 * Fails when spec/ differs from the contract in spec/contract/ in a way that spec/deviations.yaml does not
 * explain. `--list` prints the differences and does not fail.
 */

import { fileURLToPath } from "node:url";
import { checkSpec } from "./check-spec.js";

const args = process.argv.slice(2);
const [folder] = args.filter((arg) => arg !== "--list");
const spec = folder ?? fileURLToPath(new URL("../../spec", import.meta.url));

const { problems, summary } = await checkSpec(spec);
for (const problem of problems) console.log(problem);
console.log(summary);
process.exitCode = args.includes("--list") || problems.length === 0 ? 0 : 1;
