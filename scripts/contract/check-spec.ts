/** Compares spec/ with the contract in spec/contract/, and sets aside what differs on purpose. */

import { join } from "node:path";
import { loadSource } from "../generate/load.js";
import { buildContract } from "./build.js";
import { compareContracts } from "./compare.js";
import { explain, readDeviations } from "./deviations.js";
import type { Difference, Topic } from "./difference.js";
import { readTables } from "./files.js";
import { contractOfSpec } from "./from-spec.js";

export interface SpecCheck {
  /** One line each, with the file to edit. */
  readonly problems: readonly string[];
  /** How much of the contract spec/ says. */
  readonly summary: string;
}

/** @param spec the folder spec/ */
export async function checkSpec(spec: string): Promise<SpecCheck> {
  const source = await loadSource(spec);
  const contract = buildContract(await readTables(join(spec, "contract")));
  const { differences, counts } = compareContracts(contract, contractOfSpec(source), {
    commonErrors: source.commonErrors,
  });
  const deviations = await readDeviations(join(spec, "deviations.yaml"));
  const { unexplained, unused } = explain(differences, deviations);
  const topics = Object.entries(counts).map(([topic, count]) => {
    const wrong = unexplained.filter((difference) => topicOf(difference) === topic).length;
    return `${count - wrong} of ${count} ${topic}`;
  });
  return {
    problems: [
      ...unexplained.map(describe),
      ...unused.map(
        ({ kind, reason }) =>
          `spec/deviations.yaml: the entry "${kind}: ${reason}" explains nothing; delete it`,
      ),
    ],
    summary: `${topics.join(", ")}; ${deviations.length} deviations, ${unexplained.length} unexplained`,
  };
}

function describe({ kind, at, member, expected, found, file }: Difference): string {
  const edit = member === at ? file : `${member} in ${file}`;
  return `${at}: ${kind}: the contract says ${expected}, spec/ says ${found}; edit ${edit}`;
}

/** The topic of a fact that the contract has, and spec/ has not. */
function topicOf({ kind, at, expected }: Difference): Topic | undefined {
  if (expected === "absent") return undefined;
  if (kind === "operation") return "operations";
  if (kind === "status") return "statuses";
  if (kind === "error code") return "error codes";
  if (kind === "value") return "enum values";
  return / query /.test(at) ? "query parameters" : "fields";
}
