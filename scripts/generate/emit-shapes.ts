/** Writes shapes: a name, and imports of its predicate and its zod schema. */

import { importNames } from "./layout.js";

/** Imports of the types of shapes. */
export function importShapes(
  shapes: readonly string[],
  subjectOf: ReadonlyMap<string, string>,
): string {
  const lines = subjectsOf(shapes, subjectOf).map((subject) => {
    const names = shapes.filter((name) => subjectOf.get(name) === subject);
    return importNames(names, `./${subject}.js`, true);
  });
  return lines.join("");
}

export const shapeImport = 'import { type Shape, shape } from "../schemas/shape.js";\n';

/** The constants of shapes, after the imports of the modules they are read from. */
export function emitShapes(
  shapes: readonly string[],
  subjectOf: ReadonlyMap<string, string>,
): readonly string[] {
  const ways = subjectsOf(shapes, subjectOf).map(
    (subject) => `const ${wayTo(subject)} = () => import("./${subject}.js");\n`,
  );
  const constants = shapes.map((name) => {
    const way = wayTo(subjectOf.get(name) ?? "");
    return `const ${shapeName(name)}: Shape<${name}> = shape("${name}", predicates, ${way});\n`;
  });
  return [
    ['const predicates = () => import("./guards.js");\n', ...ways].join(""),
    constants.join(""),
  ];
}

export const shapeName = (schema: string): string =>
  `${schema.charAt(0).toLowerCase()}${schema.slice(1)}Shape`;

const wayTo = (subject: string): string =>
  `${subject.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}Schemas`;

export function subjectsOf(
  shapes: readonly string[],
  subjectOf: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set(shapes.map((name) => subjectOf.get(name) ?? ""))].sort();
}
