/**
 * Compares spec/ with the contract in spec/contract/, in both directions. What differs on purpose stands
 * in spec/deviations.yaml. `--list` prints the differences and does not fail.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSource } from "../generate/load.js";
import { buildContract } from "./build.js";
import { compareContracts, type Difference, type Topic } from "./compare.js";
import { explain, readDeviations } from "./deviations.js";
import { readTables } from "./files.js";
import { contractOfSpec } from "./from-spec.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isList = process.argv.includes("--list");

const spec = join(root, "spec");
const source = await loadSource(spec);
const { differences, counts } = compareContracts(
  buildContract(await readTables(join(spec, "contract"))),
  contractOfSpec(source),
  { commonErrors: source.commonErrors },
);
const { unexplained, unused } = explain(
  differences,
  await readDeviations(join(spec, "deviations.yaml")),
);
for (const difference of unexplained) console.log(describe(difference));
for (const deviation of unused) {
  console.log(`spec/deviations.yaml: "${deviation.reason}" explains nothing; delete it`);
}
console.log(summary());
process.exitCode = isList || unexplained.length + unused.length === 0 ? 0 : 1;

function describe({ kind, at, member, expected, found, file }: Difference): string {
  const edit = member === at ? file : `${member} in ${file}`;
  return `${at}: ${kind}: the contract says ${expected}, spec/ says ${found}; edit ${edit}`;
}

function summary(): string {
  const topics = Object.entries(counts).map(([topic, count]) => {
    const wrong = unexplained.filter((difference) => topicOf(difference) === topic).length;
    return `${count - wrong} of ${count} ${topic}`;
  });
  return `${topics.join(", ")}; ${unexplained.length} unexplained`;
}

/** The topic whose facts a difference is about: those that the contract has and spec/ has not. */
function topicOf({ kind, at, expected }: Difference): Topic | undefined {
  if (expected === "absent") return undefined;
  if (kind === "operation") return "operations";
  if (kind === "status") return "statuses";
  if (kind === "error code") return "error codes";
  if (kind === "value") return "enum values";
  return / query /.test(at) ? "query parameters" : "fields";
}
