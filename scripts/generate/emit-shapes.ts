/** Writes shapes: a name, its predicate, and the way to its zod schema. */

import { importNames } from "./layout.js";

/** Imports of the types and predicates of shapes. */
export function importShapes(
  shapes: readonly string[],
  subjectOf: ReadonlyMap<string, string>,
): string {
  const subjects = [...new Set(shapes.map((name) => subjectOf.get(name) ?? ""))].sort();
  const lines = subjects.flatMap((subject) => {
    const names = shapes.filter((name) => subjectOf.get(name) === subject);
    return [
      importNames(names, `./${subject}.generated.js`, true),
      importNames(
        names.map((name) => `is${name}`),
        `./${subject}.guards.generated.js`,
      ),
    ];
  });
  return lines.join("");
}

/** The constant of one shape. */
export function emitShape(name: string, subject: string): string {
  return [
    `const ${shapeName(name)}: Shape<${name}> = {\n  name: ${JSON.stringify(name)},\n`,
    `  is: is${name},\n`,
    `  schema: () => import("./${subject}.generated.js").then((module) => module.${name}),\n};\n`,
  ].join("");
}

export const shapeName = (schema: string): string =>
  `${schema.charAt(0).toLowerCase()}${schema.slice(1)}Shape`;
