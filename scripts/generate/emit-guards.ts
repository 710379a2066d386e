/**
 * Writes the predicates of one subject: plain functions that accept exactly what the zod schema of the
 * same name accepts. test/generated/agreement.test.ts compares the two.
 */

import type { SubjectText } from "./emit-subject.js";
import { guardBody } from "./guard-bodies.js";
import type { Surroundings } from "./guard-tests.js";
import { header, importNames } from "./layout.js";
import { type Node, references, type Schema } from "./model.js";

const shared = "./values.guards.js";

/** Re-exports all of them, so that there is one file to load. */
export function emitAllGuards(subjects: readonly string[]): string {
  const lines = subjects.map((subject) => `export * from "./${subject}.guards.js";\n`);
  return `${header}\n/** Every predicate. */\n\n${lines.join("")}`;
}

export function emitGuards(text: SubjectText): string {
  const { subject, schemas } = text;
  const file = gather();
  const functions = schemas.flatMap((schema) => emitGuard(schema, file));
  const names = schemas.map((schema) => schema.name);
  const types = [...file.helpers].filter((name) => name === "Members");
  const helpers = [...file.helpers].filter((name) => name !== "Members");
  const patterns = [...file.patterns].map(([source, name]) => `const ${name} = ${source};\n`);
  const imports = [
    importNames(names, `./${subject}.js`, true),
    ...importGuards(text),
    importNames(types, shared, true),
    importNames(helpers, shared),
  ];
  return [
    `${header}\n/** Predicates of ${subject}; each agrees with the zod schema of its type. */\n`,
    imports.join(""),
    ...(patterns.length === 0 ? [] : [patterns.join("")]),
    ...functions,
  ].join("\n");
}

interface File extends Surroundings {
  readonly helpers: ReadonlySet<string>;
  readonly patterns: ReadonlyMap<string, string>;
  /** The functions made since the last call. */
  takeLifted(): readonly string[];
}

function gather(): File {
  const helpers = new Set<string>();
  const patterns = new Map<string, string>();
  const names = new Set<string>();
  const lifted: string[] = [];
  const file: File = {
    helpers,
    patterns,
    help(name) {
      helpers.add(name);
      return name;
    },
    pattern(text) {
      const source = String(new RegExp(text, "u"));
      const name = patterns.get(source) ?? `pattern${patterns.size + 1}`;
      patterns.set(source, name);
      return name;
    },
    lift(node, { type, label }) {
      const name = listName(node) ?? `fits${label}`;
      if (names.has(name)) return name;
      names.add(name);
      const body = guardBody(node, { type, label }, file);
      lifted.push(`function ${name}(v: unknown): boolean {\n${body}}\n`);
      return name;
    },
    takeLifted: () => lifted.splice(0),
  };
  return file;
}

/** A name for lists that many members share. */
function listName(node: Node): string | undefined {
  if (node.kind !== "array" || Object.keys(node.limits).length > 0) return undefined;
  if (node.items.kind === "ref") return `isArrayOf${node.items.name}`;
  const plain = node.items.kind === "string" && Object.keys(node.items.limits).length === 0;
  return plain ? "isArrayOfText" : undefined;
}

function emitGuard({ name, node }: Schema, file: File): readonly string[] {
  const body = guardBody(node, { type: name, label: name }, file);
  const guard = `export function is${name}(v: unknown): v is ${name} {\n${body}}\n`;
  return [guard, ...file.takeLifted()];
}

function importGuards({ subject, schemas, subjectOf }: SubjectText): readonly string[] {
  const names = [...new Set(schemas.flatMap((schema) => references(schema.node)))];
  const others = [...new Set(names.map(subjectOf))].filter((other) => other !== subject).sort();
  return others.map((other) => {
    const guards = names.filter((name) => subjectOf(name) === other).map((name) => `is${name}`);
    return importNames(guards, `./${other}.guards.js`);
  });
}
