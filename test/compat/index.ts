/**
 * Tries the packed package in every runtime, bundler, package manager and test runner, or in those whose
 * name contains one of the arguments. `--write` keeps what came out, for the table in README.md.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { install, openPlace, type Place } from "./place.js";
import { checkTable, type Result, writeResults } from "./table.js";
import { arrived, type Target, targets } from "./targets.js";

const { values, positionals } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly version: string;
};

if (values.check) {
  const problems = checkTable(version);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  const wanted = targets.filter(({ group, name }) => isAsked(`${group}: ${name}`));
  const results = await tryAll(wanted);
  if (values.write) writeResults(results, version);
  const failed = results.filter(({ works }) => !works).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}

function isAsked(title: string): boolean {
  if (positionals.length === 0) return true;
  return positionals.some((part) => title.toLowerCase().includes(part.toLowerCase()));
}

async function tryAll(wanted: readonly Target[]): Promise<readonly Result[]> {
  // Outside of this repository: its node_modules must not help.
  const workshop = mkdtempSync(join(tmpdir(), "airwallex-compat-"));
  const results: Result[] = [];
  try {
    const tarball = pack(workshop);
    for (const folder of new Set(wanted.map((target) => target.folder))) {
      const here = wanted.filter((target) => target.folder === folder);
      const place = await openPlace(workshop, folder, tarball);
      await install(place, [...new Set(here.flatMap(({ packages }) => packages))]);
      for (const target of here) results.push(await tryOne(target, place));
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return results;
}

function pack(workshop: string): string {
  if (!existsSync("dist/index.js")) throw new Error("There is no dist; run: npm run build");
  const args = ["pack", "--json", "--pack-destination", workshop];
  const output = execFileSync("npm", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output) as [{ readonly filename: string }];
  return join(workshop, filename);
}

async function tryOne(target: Target, place: Place): Promise<Result> {
  const { group, name, packages, note } = target;
  const start = performance.now();
  let printed: string;
  try {
    printed = await target.run(place);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as {
      readonly stdout?: string;
      readonly stderr?: string;
    };
    printed = `${error}\n${stdout}${stderr}`;
  }
  const works = printed.includes(arrived);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const installed = await place.versionOf((packages[0] as string).replace(/(.)@.*$/, "$1"));
  console.log(`${works ? "ok    " : "FAILED"} ${group}: ${name} (${installed}, ${seconds} s)`);
  if (!works) console.log(printed.slice(-2000));
  return { group, name, version: installed, works, ...(note ? { note } : {}) };
}
