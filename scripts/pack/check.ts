/**
 * Checks what is published, not what is checked out: the files of the tarball, its entry points, its
 * imports, and that it works in ESM, CommonJS and TypeScript projects.
 */

import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { compileConsumers, explainUndefined, runConsumers } from "./consumers.js";
import {
  checkAlone,
  checkChangelog,
  checkCopies,
  checkFiles,
  checkImports,
  checkLinks,
  checkNames,
  checkRequires,
  checkSize,
} from "./contents.js";
import { checkValues, exportMembers, exportResults } from "./exports.js";
import { installed, tarball } from "./installed.js";

const problems = [
  ...checkFiles(),
  ...checkLinks(),
  ...checkChangelog(),
  ...checkImports(),
  ...checkNames(),
  ...checkRequires(),
  ...checkCopies(),
  ...checkSize("webhooks.js", 11_264),
  ...checkAlone("index.js"),
  ...(await lint()),
  ...(await checkTypes()),
  ...runConsumers(),
  ...compileConsumers(),
  ...(await exportResults()),
  ...(await exportMembers()),
  ...(await checkValues()),
  ...explainUndefined(),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

async function lint(): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

async function checkTypes(): Promise<readonly string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (!analysis.types) return ["attw: the package has no types"];
  return analysis.problems.map((problem) => `attw: ${JSON.stringify(problem)}`);
}
