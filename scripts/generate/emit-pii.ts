/** Writes the names of the members that hold personal data. */

import { header } from "./layout.js";
import type { Source, SourceMember, SourceNode } from "./source.js";

export function emitPii({ schemas, operations }: Source): string {
  const members = [
    ...[...schemas.values()].flatMap((schema) => membersIn(schema.node)),
    ...operations.flatMap((operation) => (operation.query?.members ?? []).flatMap(withInner)),
  ];
  const names = new Set(members.filter((member) => member.pii).map((member) => member.name));
  const lines = [...names].sort().map((name) => `  ${JSON.stringify(name)},\n`);
  return [
    `${header}\n/** Personal data in the account model. */\n\n`,
    "/** Names of the members that hold personal data, in themselves or in whatever is beneath them. */\n",
    `export const piiFields: ReadonlySet<string> = new Set([\n${lines.join("")}]);\n`,
  ].join("");
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
