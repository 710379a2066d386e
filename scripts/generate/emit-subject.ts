/** Writes the types and zod schemas of one subject. */

import { emitType } from "./emit-types.js";
import { emitZod, zodHelpers } from "./emit-zod.js";
import { header, importNames } from "./layout.js";
import { references, type Schema } from "./model.js";

/** The schemas of one subject, and the subject of each schema. */
export interface SubjectText {
  readonly subject: string;
  readonly schemas: readonly Schema[];
  readonly subjectOf: (schema: string) => string;
}

export function emitSubject({ subject, schemas, subjectOf }: SubjectText): string {
  const bodies = schemas.map((schema) => `${emitType(schema)}\n${emitZod(schema)}`);
  const imported = schemas.flatMap((schema) => references(schema.node));
  return [
    `${header}\n/** Shapes of ${subject}: types and zod schemas. */\n`,
    [
      'import * as z from "zod";\n',
      importHelpers(bodies.join(""), "../"),
      importSubjects(imported, subject, subjectOf),
      importHelpers(bodies.join(""), "./"),
    ].join(""),
    ...bodies,
  ].join("\n");
}

function importHelpers(text: string, folder: string): string {
  return Object.entries(zodHelpers)
    .filter(([from]) => from.startsWith(folder))
    .map(([from, names]) =>
      importNames(
        names.filter((name) => new RegExp(`\\b${name}\\b`).test(text)),
        from,
      ),
    )
    .join("");
}

function importSubjects(
  names: readonly string[],
  subject: string,
  subjectOf: (schema: string) => string,
): string {
  return [...new Set(names.map(subjectOf))]
    .filter((other) => other !== subject)
    .sort()
    .map((other) =>
      importNames(
        names.filter((name) => subjectOf(name) === other),
        `./${other}.js`,
      ),
    )
    .join("");
}
