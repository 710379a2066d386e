/** Writes the TypeScript type of a schema. */

import { describe } from "./describe.js";
import { comment, fits, memberKey, pad } from "./layout.js";
import type { EnumNode, Member, Node, ObjectNode, Schema } from "./model.js";

export function emitType(schema: Schema): string {
  const { name, docs, node } = schema;
  const intro = comment(describe(docs, node), 0);
  if (node.kind === "object" && node.members.length > 0) {
    return `${intro}export interface ${name} ${objectType(node, 0)}\n`;
  }
  const head = `export type ${name} =`;
  return `${intro}${head}${wrapUnion(unionOf(node, 0), 0, head)};\n`;
}

function typeOf(node: Node, depth: number): string {
  switch (node.kind) {
    case "object":
      return node.members.length === 0 ? emptyType(node) : objectType(node, depth);
    case "map":
      return `Readonly<Record<string, ${typeOf(node.values, depth)}>>`;
    case "array":
      return `readonly ${itemType(node.items, depth)}[]`;
    case "ref":
      return node.name;
    case "integer":
      return "number";
    case "enum":
    case "decimal":
      return unionOf(node, depth).join(" | ");
    default:
      return node.kind;
  }
}

/** The members of the union; only an enum and a decimal have more than one. */
function unionOf(node: Node, depth: number): readonly string[] {
  if (node.kind === "decimal") return ["string", "number"];
  return node.kind === "enum" ? enumTypes(node) : [typeOf(node, depth)];
}

function enumTypes({ values, open }: EnumNode): readonly string[] {
  const known = values.map((value) => JSON.stringify(value));
  // The intersection keeps the known values in the editor's suggestions.
  return open ? [...known, "(string & {})"] : known;
}

function itemType(node: Node, depth: number): string {
  const type = typeOf(node, depth);
  if (node.kind === "array") return `(${type})`;
  if (node.kind !== "enum") return type;
  if (fits(depth + 8, type)) return `(${type})`;
  const lines = enumTypes(node).map((one) => `${pad(depth + 1)}| ${one}\n`);
  return `(\n${lines.join("")}${pad(depth)})`;
}

function objectType(node: ObjectNode, depth: number): string {
  const writable = node.strict || node.open;
  const members = node.members.map((member) => emitMember(member, writable, depth + 1));
  const rest = node.open ? `${pad(depth + 1)}[name: string]: unknown;\n` : "";
  return `{\n${members.join("")}${rest}${pad(depth)}}`;
}

function emptyType(node: ObjectNode): string {
  return node.strict ? "Record<string, never>" : "Readonly<Record<string, unknown>>";
}

/** Callers should not change what the API sent, so the members of responses are readonly. */
function emitMember(member: Member, writable: boolean, depth: number): string {
  const { name, docs, node, optional, nullable, nullLeftOut } = member;
  const head = `${writable ? "" : "readonly "}${memberKey(name)}${optional ? "?" : ""}:`;
  const types = [
    ...unionOf(node, depth),
    ...((nullable || nullLeftOut) && node.kind !== "unknown" ? ["null"] : []),
    ...(optional && node.kind !== "unknown" ? ["undefined"] : []),
  ];
  const intro = comment(describe(docs, node), depth);
  return `${intro}${pad(depth)}${head}${wrapUnion(types, depth, head)};\n`;
}

/** The rest of a declaration after `head`: on its line, or one type per line. */
function wrapUnion(types: readonly string[], depth: number, head: string): string {
  const line = ` ${types.join(" | ")}`;
  if (types.some((type) => type.includes("\n")) || fits(depth, `${head}${line};`)) return line;
  return types.map((type) => `\n${pad(depth + 1)}| ${type}`).join("");
}
