/** Expresses in JSON Schema what the schemas of a model accept. */

import type { Docs, EnumNode, Member, Node, ObjectNode } from "./model.js";

export type JsonSchema = Readonly<Record<string, unknown>>;

export function jsonSchema(node: Node, docs?: Docs, nullable = false): JsonSchema {
  return {
    ...(docs ? { description: docs.description } : {}),
    ...(nullable ? orNull(shape(node)) : shape(node)),
    ...(docs?.pii ? { "x-pii": true } : {}),
  };
}

function shape(node: Node): JsonSchema {
  switch (node.kind) {
    case "ref":
      return { $ref: `#/components/schemas/${node.name}` };
    case "object":
      return objectShape(node);
    case "map": {
      const { maxKeyLength, ...limits } = node.limits;
      return {
        ...{ type: "object", ...limits, additionalProperties: jsonSchema(node.values) },
        ...(maxKeyLength === undefined ? {} : { propertyNames: { maxLength: maxKeyLength } }),
      };
    }
    case "array":
      return { type: "array", ...node.limits, items: jsonSchema(node.items) };
    case "string":
      return { type: "string", ...node.limits, ...(node.format ? { format: node.format } : {}) };
    case "number":
    case "integer":
      return { type: node.kind, ...node.limits };
    case "boolean":
      return { type: "boolean" };
    case "decimal": {
      const types = { type: ["string", "number"] };
      return node.checked ? { ...types, pattern: "^\\d+(?:\\.\\d+)?$", minimum: 0 } : types;
    }
    case "enum":
      return enumShape(node);
    case "unknown":
      return {};
  }
}

/** An open enum lists its values, and accepts any other string. */
function enumShape({ values, open }: EnumNode): JsonSchema {
  const closed = { type: "string", enum: values };
  return open ? { anyOf: [closed, { type: "string" }] } : closed;
}

function objectShape({ strict, members }: ObjectNode): JsonSchema {
  const required = members.filter(({ optional }) => !optional).map(({ name }) => name);
  return {
    type: "object",
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(members.map((member) => [member.name, memberShape(member)])),
    ...(strict ? { additionalProperties: false } : {}),
  };
}

function memberShape({ node, docs, nullable }: Member): JsonSchema {
  return jsonSchema(node, docs, nullable && node.kind !== "unknown");
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, anyOf } = schema;
  if (typeof type === "string") return { ...schema, type: [type, "null"] };
  const others: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [schema];
  return { anyOf: [...others, { type: "null" }] };
}
