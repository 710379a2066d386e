/** Reports every problem in a file of sellers before anything is sent. */

import { printable } from "../checks/printable.js";
import { formatPath, type Issue } from "../errors/index.js";
import { checkSeller } from "../onboarding/check.js";
import { UsageError } from "./flags.js";
import type { FiledSeller, FileProblem, SellersFile } from "./sellers-file.js";

/** Every problem of the file and of its sellers. */
export async function findProblems({
  sellers,
  problems,
}: SellersFile): Promise<readonly FileProblem[]> {
  const found = [...problems, ...findTwice(sellers)];
  for (const { line, seller } of sellers) {
    const issues = await checkSeller(seller);
    found.push(...issues.map((issue) => toProblem(line, issue)));
  }
  return found;
}

/**
 * @param json whether to print each problem as a line of JSON
 * @throws UsageError listing each problem once, and where it is
 */
export function refuseProblems(path: string, found: readonly FileProblem[], json: boolean): void {
  if (found.length === 0) return;
  if (json) for (const problem of found) process.stdout.write(`${JSON.stringify(problem)}\n`);
  const lines = describe(found).map(printable);
  const problem = lines.length === 1 ? "a problem" : `${lines.length} problems`;
  const listed = json ? [] : lines;
  throw new UsageError(
    [`${path} has ${problem}, and nothing was sent${json ? "" : ":"}`, ...listed].join("\n    "),
  );
}

function findTwice(sellers: readonly FiledSeller[]): readonly FileProblem[] {
  const lines = new Map<string, number>();
  return sellers.flatMap(({ line, seller: { identifier } }) => {
    const first = lines.get(identifier);
    if (first === undefined) lines.set(identifier, line);
    return first === undefined
      ? []
      : [{ line, path: "identifier", message: `is that of line ${first}, expected another` }];
  });
}

/** Of the seller's members, only `files` is part of a column's name. */
function toProblem(line: number, { path, message, suggestion }: Issue): FileProblem {
  const [, ...parts] = path;
  const hint = suggestion === undefined ? "" : `, did you mean "${suggestion}"`;
  return { line, path: formatPath(parts), message: message + hint };
}

/** One line per problem, no matter how many rows have it. */
function describe(problems: readonly FileProblem[]): readonly string[] {
  const rows = new Map<string, Set<number>>();
  for (const { line, path, message } of problems) {
    const what = path === undefined ? `: ${message}` : `, ${path}: ${message}`;
    rows.set(what, (rows.get(what) ?? new Set()).add(line));
  }
  return [...rows]
    .map(([what, lines]) => ({ what, lines: [...lines].sort((a, b) => a - b) }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0))
    .map(({ what, lines }) => `${linesOf(lines)}${what}`);
}

const shown = 5;

function linesOf(lines: readonly number[]): string {
  if (lines.length === 1) return `line ${lines[0]}`;
  if (lines.length > shown) {
    return `lines ${lines.slice(0, shown).join(", ")} and ${lines.length - shown} more`;
  }
  return `lines ${lines.slice(0, -1).join(", ")} and ${lines.at(-1)}`;
}
