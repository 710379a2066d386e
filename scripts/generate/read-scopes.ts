/** Reads the table of scopes: what an app can ask a customer for, and what each scope opens. */

import { type Fields, readFields } from "./fields.js";
import { gatherProblems, Problem } from "./problem.js";
import type { SourceOperation, SourceScope } from "./source.js";

const file = "scopes.yaml";

/** @throws {SpecError} naming every mistake that was found. */
export function readScopes(
  raw: unknown,
  operations: readonly SourceOperation[],
): readonly SourceScope[] {
  const groups = readFields(raw, file);
  const closed = new Set(operations.filter(({ oauth }) => !oauth).map(nameOf));
  const scopes = new Map<string, SourceScope>();
  gatherProblems(
    groups.keys.flatMap((group) => {
      const table = groups.requireChild(group);
      return table.keys.map((name) => () => {
        const fields = table.requireChild(name);
        if (scopes.has(name)) throw new Problem(fields.where, "the scope is listed twice");
        const scope = readScope(fields, { name, group }, scopes);
        const shut = scope.endpoints.find((endpoint) => closed.has(endpoint));
        if (shut !== undefined) throw new Problem(fields.where, `${shut} has x-oauth: false`);
        scopes.set(name, scope);
      });
    }),
  );
  return [...scopes.values()];
}

const nameOf = ({ method, path }: SourceOperation): string => `${method.toUpperCase()} ${path}`;

function readScope(
  fields: Fields,
  own: Pick<SourceScope, "name" | "group">,
  known: ReadonlyMap<string, SourceScope>,
): SourceScope {
  const older = fields.text("older");
  const includes = fields.text("includes");
  const included = includes === undefined ? undefined : known.get(includes);
  if (includes !== undefined && included === undefined) {
    throw new Problem(fields.where, `includes ${includes}, which is not listed before it`);
  }
  const scope: SourceScope = {
    ...own,
    summary: fields.requireText("summary"),
    ...(older === undefined ? {} : { older }),
    ...(includes === undefined ? {} : { includes }),
    endpoints: [...(included?.endpoints ?? []), ...(fields.texts("endpoints") ?? [])],
    events: [...(included?.events ?? []), ...(fields.texts("events") ?? [])],
  };
  fields.end();
  return scope;
}

/** The scopes of which a customer's token needs one for an operation. */
export function scopesOf(
  operation: SourceOperation,
  scopes: readonly SourceScope[],
): readonly string[] {
  return scopes
    .filter(({ endpoints }) => endpoints.includes(nameOf(operation)))
    .map(({ name }) => name);
}
