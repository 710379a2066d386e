/** Reads each schema once for requests and once for responses, by the table in spec/README.md. */

import type { Direction, EventModel, Member, Model, Node, Operation, Schema } from "./model.js";
import { orderSchemas, refuseSubjectCircles } from "./order.js";
import { gatherProblems, Problem } from "./problem.js";
import { exists, findReach, type Reach, refuseUnreached } from "./reach.js";
import {
  eras,
  type Source,
  type SourceMember,
  type SourceNode,
  type SourceOperation,
  type SourceSchema,
} from "./source.js";

type NameOf = Model["nameOf"];

/** @throws {SpecError} naming every mistake that was found. */
export function expand(source: Source): Model {
  const reach = findReach(source);
  const nameOf: NameOf = (name, direction) =>
    direction === "request" && reach.response.has(name) ? `${name}Input` : name;
  const expanded = [
    ...[...source.schemas.values()].flatMap((schema) => expandSchema(schema, reach, nameOf)),
    ...source.operations.flatMap((operation) => expandQuery(operation, nameOf)),
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
  const operations = source.operations.map((operation) => expandOperation(operation, nameOf));
  return { schemas, operations, events, nameOf };
}

/** @throws {Problem} when two schemas claim an event, or one that is not read as a response. */
function gatherEvents(source: Source, reach: Reach): readonly EventModel[] {
  const events = new Map<string, EventModel>();
  for (const schema of source.schemas.values()) {
    for (const era of eras) {
      for (const name of schema.events[era]) {
        const schemas: EventModel["schemas"] = events.get(name)?.schemas ?? {};
        const taken = schemas[era];
        if (taken) throw new Problem(schema.where, `the event ${name} belongs to ${taken}`);
        if (!reach.response.has(schema.name)) {
          throw new Problem(schema.where, `is the data of ${name}, yet no response`);
        }
        events.set(name, { name, schemas: { ...schemas, [era]: schema.name } });
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

/** The query parameters of an operation are the members of one request object. */
function expandQuery(operation: SourceOperation, nameOf: NameOf): readonly Schema[] {
  const { subject, where, query, id } = operation;
  if (query === undefined) return [];
  const description = `Query parameters of \`${id}\`.`;
  return [
    {
      name: query.name,
      docs: { description, pii: false, observed: false },
      direction: "request",
      node: expandObject(query.members, "request", nameOf),
      ...{ subject, where },
    },
  ];
}

function expandOperation(source: SourceOperation, nameOf: NameOf): Operation {
  const { query, body, success } = source;
  return {
    source,
    pathParameters: source.pathParameters.map((member) => expandMember(member, "request", nameOf)),
    ...(query && {
      query: { schema: query.name, required: query.members.some((member) => member.required) },
    }),
    ...(body && { body: { ...body, schema: nameOf(body.schema, "request") } }),
    ...(success.schema && { response: nameOf(success.schema, "response") }),
  };
}

function expandNode(node: SourceNode, direction: Direction, nameOf: NameOf): Node {
  const checked = direction === "request";
  switch (node.kind) {
    case "ref":
      return { kind: "ref", name: nameOf(node.name, direction) };
    case "object":
      return expandObject(node.members, direction, nameOf);
    case "map":
      return { ...unlimit(node, checked), values: expandNode(node.values, direction, nameOf) };
    case "array":
      return { ...unlimit(node, checked), items: expandNode(node.items, direction, nameOf) };
    case "string": {
      const { format } = node.limits;
      return { ...unlimit(node, checked), ...(format && { format }) };
    }
    case "number":
    case "integer":
      return unlimit(node, checked);
    case "decimal":
      return { kind: "decimal", checked };
    case "enum":
      return { ...node, open: !checked };
    default:
      return node;
  }
}

function expandObject(
  members: readonly SourceMember[],
  direction: Direction,
  nameOf: NameOf,
): Node {
  return {
    kind: "object",
    strict: direction === "request",
    members: members
      .filter((member) => exists(member, direction))
      .map((member) => expandMember(member, direction, nameOf)),
  };
}

function expandMember(member: SourceMember, direction: Direction, nameOf: NameOf): Member {
  const { name, description, pii, observed, access, required } = member;
  return {
    name,
    docs: { description, pii, observed: observed && access === "read" },
    node: expandNode(member.node, direction, nameOf),
    optional: !required,
    nullable: !required && direction === "response",
  };
}

function unlimit<T extends { readonly limits: object }>(node: T, checked: boolean): T {
  return checked ? node : { ...node, limits: {} };
}

function refuseRepeats(schemas: readonly Schema[]): (() => void)[] {
  const seen = new Map<string, string>();
  return schemas.map(({ name, where }) => () => {
    const first = seen.get(name);
    if (first !== undefined) throw new Problem(where, `the name ${name} is taken by ${first}`);
    seen.set(name, where);
  });
}
