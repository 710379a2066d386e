/** README's table of where the package works, made of `results.json`. */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { targets } from "./targets.js";

export interface Result {
  readonly group: string;
  readonly name: string;
  /** Of the tool, as it was installed. */
  readonly version: string;
  readonly works: boolean;
  readonly note?: string;
}

export interface Results {
  /** Version of this package. */
  readonly package: string;
  readonly results: readonly Result[];
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const [dataFile, readme] = [file("results.json"), file("../../README.md")];
const [begin, end] = [
  "<!-- compatibility: written by npm run compat -->",
  "<!-- compatibility -->",
];

export function readResults(): Results {
  return JSON.parse(readFileSync(dataFile, "utf8")) as Results;
}

/** Takes over what ran, and keeps the rest. */
export function writeResults(ran: readonly Result[], version: string): void {
  const rows = [...readResults().results, ...ran].map((row) => [key(row), row] as const);
  const latest = new Map(rows);
  const results = targets.flatMap((target) => latest.get(key(target)) ?? []);
  writeFileSync(dataFile, `${JSON.stringify({ package: version, results }, null, 2)}\n`);
  const text = readFileSync(readme, "utf8");
  writeFileSync(
    readme,
    text.replace(blockOf(text), () => render(readResults())),
  );
}

/** What is out of date. */
export function checkTable(version: string): readonly string[] {
  const { package: tried, results } = readResults();
  const advice = "run: npm run compat -- --write";
  const [known, wanted] = [results, targets].map((list) => list.map(key).join("\n"));
  const text = readFileSync(readme, "utf8");
  return [
    ...(tried === version
      ? []
      : [`The compatibility of ${tried} was tried, not of ${version}; ${advice}`]),
    ...(known === wanted
      ? []
      : [`test/compat/results.json lists other targets than targets.ts; ${advice}`]),
    ...results.filter(({ works }) => !works).map((row) => `${key(row)} does not work`),
    ...(blockOf(text) === render(readResults())
      ? []
      : [`The table in README.md is not that of test/compat/results.json; ${advice}`]),
  ];
}

const key = ({ group, name }: { readonly group: string; readonly name: string }): string =>
  `${group}: ${name}`;

function blockOf(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error("README.md has no compatibility block");
  return text.slice(from, to + end.length);
}

function render({ results }: Results): string {
  const groups = [...new Set(results.map(({ group }) => group))].map((group) => {
    const cells = results
      .filter((row) => row.group === group)
      .map(({ name, version, works, note }) => {
        const said = [version, ...(note ? [note] : [])].join("; ");
        return `${name}${works ? "" : ": **does not work**"} (${said})`;
      });
    return `| ${group} | ${cells.join("<br>")} |`;
  });
  return [begin, "", "| | works with |", "|---|---|", ...groups, "", end].join("\n");
}
