/**
 * Functions stay short enough to be read at one sight. A longer one says why in its comment, in a line that
 * begins with "Long because:".
 */

import { readFileSync } from "node:fs";
import ts from "typescript";
import { listSources } from "./imports.js";

const mostLines = 50;
const reason = "Long because:";

const sources = listSources("src").filter((file) => !file.startsWith("src/generated/"));
const problems = sources.flatMap(findLongFunctions);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function findLongFunctions(file: string): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1;
      if (lines > mostLines && !commentOf(node, source).includes(reason)) {
        const place = `${file}:${lineOf(node.getStart()) + 1}`;
        found.push(
          `${place} ${nameOf(node)}: ${lines} lines, expected at most ${mostLines}, or a comment with "${reason}"`,
        );
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The comments before a function, or before the statement that it is the value of. */
function commentOf(node: ts.Node, source: ts.SourceFile): string {
  let outer = node;
  while (
    ts.isVariableDeclaration(outer.parent) ||
    ts.isVariableDeclarationList(outer.parent) ||
    ts.isVariableStatement(outer.parent) ||
    ts.isPropertyAssignment(outer.parent)
  ) {
    outer = outer.parent;
  }
  return source.text.slice(outer.getFullStart(), outer.getStart());
}

function nameOf(node: ts.Node): string {
  const named = [node, node.parent].find((one) => "name" in one && one.name !== undefined);
  const name = (named as { readonly name?: ts.Node } | undefined)?.name;
  return name && ts.isIdentifier(name) ? name.text : "a function without a name";
}
