/** Writes the zod schema of a schema. */

import { bracket, memberKey, pad } from "./layout.js";
import type { Member, Node, ObjectNode, Schema } from "./model.js";
import type { StringLimits } from "./source.js";

export function emitZod({ name, node }: Schema): string {
  const head = `export const ${name}: z.ZodType<${name}> = `;
  return `${head}${zodOf(laterSelf(node, name), 0, head.length + 1)};\n`;
}

/** A schema that refers to itself looks itself up when it is used: it is not made yet. */
function laterSelf(node: Node, name: string): Node {
  switch (node.kind) {
    case "ref":
      return node.name === name ? { ...node, name: `z.lazy(() => ${name})` } : node;
    case "object": {
      const later = (member: Member) => ({ ...member, node: laterSelf(member.node, name) });
      return { ...node, members: node.members.map(later) };
    }
    case "map":
      return { ...node, values: laterSelf(node.values, name) };
    case "array":
      return { ...node, items: laterSelf(node.items, name) };
    default:
      return node;
  }
}

/** What schemas call, beside zod, by the module that has it. */
export const zodHelpers = {
  "../schemas/objects.js": ["looseObject", "strictObject"],
  "../schemas/open-enum.js": ["openEnum"],
  "./values.guards.js": ["isDateTime", "isExactDecimal"],
};

/** An expression that shares its line with `reserved` columns of other code. */
function zodOf(node: Node, depth: number, reserved: number): string {
  switch (node.kind) {
    case "ref":
      return node.name;
    case "object":
      return zodObject(node, depth);
    case "map":
      return zodMap(node, depth, reserved);
    case "array": {
      const { minItems, maxItems } = node.limits;
      const items = zodOf(node.items, depth, reserved + "z.array()".length);
      return `z.array(${items})${call("min", minItems)}${call("max", maxItems)}`;
    }
    case "string":
      return zodString(node.limits);
    case "number":
    case "integer": {
      const base = node.kind === "number" ? "z.number()" : "z.int()";
      return `${base}${call("min", node.limits.minimum)}${call("max", node.limits.maximum)}`;
    }
    case "decimal":
      return node.checked ? checkedDecimal(depth) : "z.union([z.string(), z.number()])";
    case "enum": {
      const make = node.open ? "openEnum" : "z.enum";
      const values = node.values.map((value) => JSON.stringify(value));
      return `${make}(${bracket(["[", "]"], values, depth, reserved + make.length + 2)})`;
    }
    default:
      return `z.${node.kind}()`;
  }
}

function zodObject({ strict, members }: ObjectNode, depth: number): string {
  const lines = members.map((member) => zodMember(member, depth + 1));
  const body = lines.length === 0 ? "{}" : `{\n${lines.join("")}${pad(depth)}}`;
  return `${strict ? "strictObject" : "looseObject"}(${body})`;
}

function zodMember({ name, node, optional, nullable }: Member, depth: number): string {
  const suffix = optional ? (nullable ? ".nullish()" : ".optional()") : "";
  const head = `${memberKey(name)}: `;
  const value = zodOf(node, depth, head.length + suffix.length + 1);
  return `${pad(depth)}${head}${value}${suffix},\n`;
}

function zodMap(node: Extract<Node, { kind: "map" }>, depth: number, reserved: number): string {
  const { maxProperties, maxKeyLength } = node.limits;
  const key = `z.string()${call("max", maxKeyLength)}`;
  const record = `.record(${key}, ${zodOf(node.values, depth, reserved)})`;
  if (maxProperties === undefined) return `z${record}`;
  const message = JSON.stringify(`Too many entries: expected at most ${maxProperties}`);
  const refine = `.refine((map) => Object.keys(map).length <= ${maxProperties}, ${message})`;
  return ["z", record, refine].join(`\n${pad(depth + 1)}`);
}

function zodString({ minLength, maxLength, pattern, format }: StringLimits): string {
  const base = format === "date" ? "z.iso.date()" : "z.string()";
  const time =
    format === "date-time"
      ? '.refine(isDateTime, "Invalid time: expected one such as 2026-08-21T09:30:00Z")'
      : "";
  const regex = pattern === undefined ? "" : `.regex(${new RegExp(pattern, "u")})`;
  return `${base}${call("min", minLength)}${call("max", maxLength)}${regex}${time}`;
}

function checkedDecimal(depth: number): string {
  const message = `'Invalid decimal: expected a text such as "12.50", or a number of up to 15 digits'`;
  const inner = pad(depth + 1);
  return `z.custom<string | number>(\n${inner}isExactDecimal,\n${inner}${message},\n${pad(depth)})`;
}

function call(method: string, limit: number | undefined): string {
  return limit === undefined ? "" : `.${method}(${limit})`;
}
