/** Reads one node in one direction, by the table in spec/README.md. */

import type { Direction, Member, Model, Node, ObjectNode } from "./model.js";
import { exists } from "./reach.js";
import type { SourceMember, SourceNode } from "./source.js";

export type NameOf = Model["nameOf"];

export function expandNode(node: SourceNode, direction: Direction, nameOf: NameOf): Node {
  const checked = direction === "request";
  switch (node.kind) {
    case "ref":
      return { kind: "ref", name: nameOf(node.name, direction) };
    case "object":
      return expandObject(node, direction, nameOf);
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

export function expandObject(
  { members, open = false }: { readonly members: readonly SourceMember[]; readonly open?: boolean },
  direction: Direction,
  nameOf: NameOf,
): ObjectNode {
  return {
    kind: "object",
    strict: direction === "request" && !open,
    open: direction === "request" && open,
    members: members.flatMap((member) => {
      if (exists(member, direction)) return expandMember(member, direction, nameOf);
      return direction === "request" ? sentBack(member, nameOf) : [];
    }),
  };
}

/** A read-only member in a request has the form of the answer, which can so be sent back as it came. */
function sentBack(member: SourceMember, nameOf: NameOf): Member {
  const { name, description, pii, node } = member;
  const text = `${description.replace(/\.?$/, ".")} Read-only: for answers that are sent back.`;
  return {
    name,
    docs: { description: text, pii, observed: false },
    node: expandNode(node, "response", nameOf),
    ...{ optional: true, nullable: false, nullLeftOut: true },
  };
}

export function expandMember(member: SourceMember, direction: Direction, nameOf: NameOf): Member {
  const { name, description, pii, observed, access, required } = member;
  return {
    name,
    docs: { description, pii, observed: observed && access === "read" },
    node: expandNode(member.node, direction, nameOf),
    optional: !required,
    nullable: !required && direction === "response",
    nullLeftOut: !required && direction === "request",
  };
}

function unlimit<T extends { readonly limits: object }>(node: T, checked: boolean): T {
  return checked ? node : { ...node, limits: {} };
}
