/** Writes the names of the members and of the query parameters that hold personal data. */

import { header } from "./layout.js";
import type { Source, SourceMember, SourceNode } from "./source.js";

export function emitPii({ schemas, operations }: Source): string {
  const members = [...schemas.values()].flatMap((schema) => membersIn(schema.node));
  const parameters = operations.flatMap(({ query }) => (query?.members ?? []).flatMap(withInner));
  return [
    `${header}\n/** Personal data in the account model. */\n\n`,
    "/** Names of the members that hold personal data, in themselves or in whatever is beneath them. */\n",
    `export const piiFields: ReadonlySet<string> = ${setOf(members)};\n\n`,
    "/** The same of query parameters: `name` is a person's there, and anything's in a body. */\n",
    `export const piiParameters: ReadonlySet<string> = ${setOf(parameters)};\n`,
  ].join("");
}

function setOf(members: readonly SourceMember[]): string {
  const names = new Set(members.filter((member) => member.pii).map((member) => member.name));
  const lines = [...names].sort().map((name) => `  ${JSON.stringify(name)},\n`);
  return `new Set([\n${lines.join("")}])`;
}

function withInner(member: SourceMember): readonly SourceMember[] {
  return [member, ...membersIn(member.node)];
}

function membersIn(node: SourceNode): readonly SourceMember[] {
  switch (node.kind) {
    case "object":
      return node.members.flatMap(withInner);
    case "map":
      return membersIn(node.values);
    case "array":
      return membersIn(node.items);
    default:
      return [];
  }
}
