/** Writes the types and zod schemas of one subject. */

import { emitType } from "./emit-types.js";
import { emitZod, hasOpenEnum, zodHelpers } from "./emit-zod.js";
import { header, importNames } from "./layout.js";
import { references, type Schema } from "./model.js";

/** The schemas of one subject, and the subject of each schema. */
export interface SubjectText {
  readonly subject: string;
  readonly schemas: readonly Schema[];
  readonly subjectOf: (schema: string) => string;
}

export function emitSubject({ subject, schemas, subjectOf }: SubjectText): string {
  const helpers = schemas.flatMap((schema) => zodHelpers(schema.node));
  const open = schemas.some((schema) => hasOpenEnum(schema.node)) ? ["openEnum"] : [];
  const imported = schemas.flatMap((schema) => references(schema.node));
  return [
    `${header}\n/** Shapes of ${subject}: types and zod schemas. */\n`,
    [
      'import * as z from "zod";\n',
      importNames(open, "../schemas/open-enum.js"),
      importSubjects(imported, subject, subjectOf),
      importNames(helpers, "./values.guards.js"),
    ].join(""),
    ...schemas.map((schema) => `${emitType(schema)}\n${emitZod(schema)}`),
  ].join("\n");
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
