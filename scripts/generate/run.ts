/** One run of the generator on a project. */

import { join } from "node:path";
import { addLlms } from "./emit-llms.js";
import { addScopeDocs } from "./emit-scope-docs.js";
import { expand } from "./expand.js";
import { lintDescriptions } from "./lint.js";
import { loadSource } from "./load.js";
import { readMethods } from "./methods.js";
import { makeOutputs } from "./outputs.js";
import { compareOutputs, writeOutputs } from "./write.js";

/** Writes what spec/ says. @returns a summary of what was done. */
export async function generate(root: string): Promise<string> {
  const outputs = await makeAll(root);
  const { stale, superfluous } = await writeOutputs(root, outputs);
  return `${outputs.size} files: ${stale.length} written, ${superfluous.length} removed`;
}

/** Writes nothing. @returns what is wrong, one line each. */
export async function check(root: string): Promise<readonly string[]> {
  const { stale, superfluous } = await compareOutputs(root, await makeAll(root));
  const findings = [
    ...stale.map((path) => `${path} is not what spec/ says; run "npm run generate"`),
    ...superfluous.map((path) => `${path} stands for nothing in spec/; run "npm run generate"`),
  ];
  return findings.length > 0 ? findings : lintDescriptions(root);
}

async function makeAll(root: string) {
  const source = await loadSource(join(root, "spec"));
  const methods = await readMethods(join(root, "src/resources"));
  const model = expand(source);
  const outputs = await addScopeDocs(root, source, makeOutputs(source, model, methods));
  return await addLlms(root, model, outputs);
}
