/**
 * Finds which schemas are reachable from requests, and which from responses. The body of a request is
 * not among them: it becomes a schema of its operation.
 */

import type { Direction } from "./model.js";
import { Problem } from "./problem.js";
import type { Source, SourceMember, SourceNode } from "./source.js";

export type Reach = Readonly<Record<Direction, ReadonlySet<string>>>;

export function findReach(source: Source): Reach {
  const request = new Set<string>();
  const response = new Set<string>();
  for (const { query, body, answers } of source.operations) {
    const fields = body && source.schemas.get(body.schema);
    for (const name of fields ? namesIn(fields.node, "request") : []) {
      follow(source, name, "request", request);
    }
    for (const member of query?.members ?? []) {
      for (const name of namesIn(member.node, "request")) follow(source, name, "request", request);
    }
    for (const name of answers) follow(source, name, "response", response);
  }
  for (const { name, direction } of source.schemas.values()) {
    if (direction !== undefined) follow(source, name, direction, response);
  }
  return { request, response };
}

/** @throws {Problem} when a schema is unreachable and does not state its direction. */
export function refuseUnreached(source: Source, { request, response }: Reach): (() => void)[] {
  const bodies = new Set(source.operations.map(({ body }) => body?.schema));
  return [...source.schemas.values()].map(({ name, where }) => () => {
    if (request.has(name) || response.has(name) || bodies.has(name)) return;
    throw new Problem(where, "no operation leads here, and x-direction is missing");
  });
}

/** Whether a member exists in a direction. */
export function exists(member: SourceMember, direction: Direction): boolean {
  return member.access !== (direction === "request" ? "read" : "write");
}

function follow(source: Source, name: string, direction: Direction, found: Set<string>): void {
  const schema = source.schemas.get(name);
  if (schema === undefined || found.has(name)) return;
  found.add(name);
  for (const next of namesIn(schema.node, direction)) follow(source, next, direction, found);
}

function namesIn(node: SourceNode, direction: Direction): readonly string[] {
  switch (node.kind) {
    case "ref":
      return [node.name];
    case "object":
      return node.members
        .filter((member) => exists(member, direction))
        .flatMap((member) => namesIn(member.node, direction));
    case "map":
      return namesIn(node.values, direction);
    case "array":
      return namesIn(node.items, direction);
    default:
      return [];
  }
}
