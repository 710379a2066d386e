/** Puts together every generated file. */

import { emitApiDocs } from "./emit-api-docs.js";
import { emitAnswers, emitIndex } from "./emit-doors.js";
import { emitEndpoints } from "./emit-endpoints.js";
import { emitErrorCodes } from "./emit-error-codes.js";
import { emitEventNames, emitEvents } from "./emit-events.js";
import { emitAllGuards, emitGuards } from "./emit-guards.js";
import { emitKycDocs } from "./emit-kyc-docs.js";
import { emitMigration } from "./emit-migration.js";
import { emitOpenapi } from "./emit-openapi.js";
import { emitPii } from "./emit-pii.js";
import { emitScopes } from "./emit-scopes.js";
import { emitSubject, type SubjectText } from "./emit-subject.js";
import { emitValues } from "./emit-values.js";
import { emitWhenUnknown } from "./emit-when-unknown.js";
import { type Methods, noMethods } from "./methods.js";
import type { Model } from "./model.js";
import { SpecError } from "./problem.js";
import type { Source } from "./source.js";

/** File contents by their path in the project. */
export type Outputs = ReadonlyMap<string, string>;

/** @throws {SpecError} when a subject has the name of another generated file. */
export function makeOutputs(source: Source, model: Model, methods: Methods = noMethods): Outputs {
  const subjects = subjectsOf(model);
  const outputs = new Map([
    ...emitApiDocs(source, model, methods),
    ["docs/kyc-rules.md", emitKycDocs()],
    ["docs/migration.md", emitMigration(model.operations)],
    ["spec/openapi.generated.json", emitOpenapi(source, model)],
    ["src/generated/endpoints.ts", emitEndpoints(model)],
    ["src/generated/error-codes.ts", emitErrorCodes(source)],
    ["src/generated/event-names.ts", emitEventNames(model)],
    ["src/generated/event-shapes.ts", emitEvents(model)],
    ["src/generated/pii.ts", emitPii(source)],
    ["src/generated/scopes.ts", emitScopes(source)],
    ["src/generated/when-unknown.ts", emitWhenUnknown(source)],
    ["src/generated/values.guards.ts", emitValues()],
    ["src/generated/answers.ts", emitAnswers(model)],
    ["src/generated/guards.ts", emitAllGuards(subjects.map(({ subject }) => subject))],
    ["src/generated/index.ts", emitIndex(model)],
  ]);
  for (const text of subjects) {
    for (const [kind, content] of [
      ["", emitSubject(text)],
      [".guards", emitGuards(text)],
    ] as const) {
      const path = `src/generated/${text.subject}${kind}.ts`;
      if (outputs.has(path)) throw new SpecError([`no subject can be called ${text.subject}`]);
      outputs.set(path, content);
    }
  }
  return outputs;
}

function subjectsOf({ schemas }: Model): readonly SubjectText[] {
  const subjects = new Map(schemas.map(({ name, subject }) => [name, subject]));
  return [...new Set(subjects.values())].sort().map((subject) => ({
    subject,
    schemas: schemas.filter((schema) => schema.subject === subject),
    subjectOf: (name) => subjects.get(name) ?? subject,
  }));
}
