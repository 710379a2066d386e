/** Reads which module imports which, including type imports and dynamic imports. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

export interface Import {
  /** Path from the root, such as `src/call/call.ts`. */
  readonly from: string;
  /** Path from the root for one of our files, otherwise the package name. */
  readonly to: string;
  readonly kind: "value" | "type" | "dynamic";
}

export function listSources(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(directory, file))
    .sort();
}

export function readImports(file: string): readonly Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import["kind"]): void => {
    if (specifier && ts.isStringLiteral(specifier)) {
      found.push({ from: file, to: resolve(file, specifier.text), kind });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, kindOf(node.importClause));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? "type" : "value");
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, "type");
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], "dynamic");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function kindOf(clause: ts.ImportClause | undefined): Import["kind"] {
  if (!clause) return "value";
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return "type";
  const { namedBindings, name } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return "value";
  const { elements } = namedBindings;
  return elements.length > 0 && elements.every(({ isTypeOnly }) => isTypeOnly) ? "type" : "value";
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts");
}
