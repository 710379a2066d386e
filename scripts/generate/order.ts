/** Puts schemas before those that refer to them, and refuses circles of several; one may refer to itself. */

import { references, type Schema } from "./model.js";
import { Problem } from "./problem.js";

/** Schemas in an order in which each can be built from those before it. */
export function orderSchemas(schemas: readonly Schema[]): readonly Schema[] {
  const byName = new Map(schemas.map((schema) => [schema.name, schema]));
  const others = (name: string) =>
    references(nodeOf(byName, name)).filter((other) => other !== name);
  const order = sort([...byName.keys()], others, "schemas");
  return order.flatMap((name) => byName.get(name) ?? []);
}

/** Refuses two subjects whose files would import each other. */
export function refuseSubjectCircles(schemas: readonly Schema[]): void {
  const subjectOf = new Map(schemas.map((schema) => [schema.name, schema.subject]));
  const imports = new Map<string, Set<string>>();
  for (const { subject, node } of schemas) {
    const imported = imports.get(subject) ?? new Set();
    for (const name of references(node)) imported.add(subjectOf.get(name) ?? subject);
    imported.delete(subject);
    imports.set(subject, imported);
  }
  sort([...imports.keys()], (subject) => [...(imports.get(subject) ?? [])], "files");
}

function nodeOf(byName: ReadonlyMap<string, Schema>, name: string): Schema["node"] {
  return byName.get(name)?.node ?? { kind: "unknown" };
}

/** Depth first, so the given order is kept wherever the references allow it. */
function sort(
  names: readonly string[],
  needs: (name: string) => readonly string[],
  what: string,
): readonly string[] {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (done.has(name)) return;
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name].join(" -> ");
      throw new Problem(what, `refer to each other in a circle: ${circle}`);
    }
    for (const next of needs(name)) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of names) visit(name, []);
  return [...done];
}
