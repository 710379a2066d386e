/** Reads each schema once for requests and once for responses, by the table in spec/README.md. */

import { expandNode, type NameOf } from "./expand-node.js";
import { expandOperation } from "./expand-operation.js";
import type { EventModel, Model, Schema } from "./model.js";
import { orderSchemas, refuseSubjectCircles } from "./order.js";
import { gatherProblems, Problem } from "./problem.js";
import { findReach, type Reach, refuseUnreached } from "./reach.js";
import { eventFormats, type Source, type SourceSchema } from "./source.js";

/** @throws {SpecError} naming every mistake that was found. */
export function expand(source: Source): Model {
  const reach = findReach(source);
  const nameOf: NameOf = (name, direction) =>
    direction === "request" && reach.response.has(name) ? `${name}Input` : name;
  const operations = source.operations.map((one) => expandOperation(one, source, nameOf));
  const expanded = [
    ...[...source.schemas.values()].flatMap((schema) => expandSchema(schema, reach, nameOf)),
    ...operations.flatMap((operation) => operation.schemas),
  ];
  let schemas: readonly Schema[] = [];
  let events: readonly EventModel[] = [];
  gatherProblems([
    ...refuseUnreached(source, reach),
    ...refuseRepeats(expanded),
    () => {
      schemas = orderSchemas(expanded);
    },
    () => refuseSubjectCircles(expanded),
    () => {
      events = gatherEvents(source, reach);
    },
  ]);
  return { schemas, operations: operations.map(({ operation }) => operation), events, nameOf };
}

/** @throws {Problem} when two schemas claim an event, or one that is not read as a response. */
function gatherEvents(source: Source, reach: Reach): readonly EventModel[] {
  const events = new Map<string, EventModel>();
  for (const schema of source.schemas.values()) {
    for (const format of eventFormats) {
      for (const name of schema.events[format]) {
        const schemas: EventModel["schemas"] = events.get(name)?.schemas ?? {};
        const taken = schemas[format];
        if (taken) throw new Problem(schema.where, `the event ${name} belongs to ${taken}`);
        if (!reach.response.has(schema.name)) {
          throw new Problem(schema.where, `is the data of ${name}, yet no response`);
        }
        events.set(name, { name, schemas: { ...schemas, [format]: schema.name } });
      }
    }
  }
  return [...events.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function expandSchema(source: SourceSchema, reach: Reach, nameOf: NameOf): readonly Schema[] {
  const { subject, where, description } = source;
  return (["response", "request"] as const)
    .filter((direction) => reach[direction].has(source.name))
    .map((direction) => ({
      name: nameOf(source.name, direction),
      docs: { description, pii: false, observed: false },
      node: expandNode(source.node, direction, nameOf),
      ...{ subject, direction, where },
    }));
}

function refuseRepeats(schemas: readonly Schema[]): (() => void)[] {
  const seen = new Map<string, string>();
  return schemas.map(({ name, where }) => () => {
    const first = seen.get(name);
    if (first !== undefined) throw new Problem(where, `the name ${name} is taken by ${first}`);
    seen.set(name, where);
  });
}
