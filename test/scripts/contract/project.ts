/** A project with the orders API of test/scripts/generate as its spec/, and the contract of vendor.yaml. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkSpec } from "../../../scripts/contract/check-spec.js";
import { readTables, writeTables } from "../../../scripts/contract/files.js";
import { updateContract } from "../../../scripts/contract/update.js";
import { makeProject } from "../generate/fixture.js";

/** Replaces the first text with the second. */
export type Edit = readonly [from: string, to: string];

/** What the descriptions of vendor.yaml say, and nothing else does. */
const prose = `schema\tfield\trequired\tlimits\tvalues
POST /orders/create request\tbuyer.name\t\tminLength=1;maxLength=5
POST /orders/create request\tlines[].size\t\t\tS M
GET /orders query\tpage_size\t\tminimum=1;maximum=50
GET /orders query\tstatus\t\t\tOPEN PAID
`;

/** How spec/ of the fixture differs from vendor.yaml on purpose. */
const deviations = `- { kind: limit, found: "pattern *", reason: countries are codes, source: ours }
- { kind: required, at: "* answer *", member: [Order.id, Order.extra, OrderList.items], reason: always there, source: observed }
- { kind: value, at: "* answer *lines[].size", found: S M, reason: as in requests, source: ours }
`;

export interface Project {
  readonly spec: string;
  /** Runs \`npm run contract\` on vendor.yaml with edits. */
  update(...edits: readonly Edit[]): Promise<readonly string[]>;
  /** Changes a file of spec/. */
  edit(file: string, ...edits: readonly Edit[]): Promise<void>;
  /** The lines of the check. */
  problems(): Promise<readonly string[]>;
}

export async function makeContractProject(): Promise<Project> {
  const root = await makeProject();
  const spec = join(root, "spec");
  const project: Project = {
    spec,
    async update(...edits) {
      const path = join(root, "vendor.yaml");
      await writeFile(path, await vendorDocument(...edits));
      return updateContract(spec, path);
    },
    async edit(file, ...edits) {
      const path = join(spec, file);
      await writeFile(path, change(await readFile(path, "utf8"), edits));
    },
    problems: async () => (await checkSpec(spec)).problems,
  };
  await mkdir(join(spec, "contract"));
  await writeTables(join(spec, "contract"), { version: "", operations: [], fields: [], prose: [] });
  await project.update();
  await writeFile(join(spec, "contract/prose.tsv"), prose);
  await writeFile(join(spec, "deviations.yaml"), deviations);
  await project.edit(
    "paths/orders.yaml",
    codes("orders.create", "field_required, invalid_argument, credentials_invalid"),
    codes("orders.list", "invalid_argument"),
    codes("simulation.orders.cancelAll", "not_found"),
  );
  return project;
}

export async function vendorDocument(...edits: readonly Edit[]): Promise<string> {
  return change(await readFile(new URL("vendor.yaml", import.meta.url), "utf8"), edits);
}

const codes = (id: string, list: string): Edit => [
  `operationId: ${id}\n`,
  `operationId: ${id}\n    x-error-codes: [${list}]\n`,
];

export const tablesOf = (spec: string) => readTables(join(spec, "contract"));

function change(text: string, edits: readonly Edit[]): string {
  return edits.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`There is no ${from}`);
    return result.replace(from, to);
  }, text);
}
