/** Reads one schema of the description, and refuses whatever spec/README.md does not name. */

import { type Fields, readFields } from "./fields.js";
import { Problem } from "./problem.js";
import type { SourceMember, SourceNode, SourceSchema } from "./source.js";

/** What the parts of one schema have in common. */
export interface Context {
  /** Turns the text of a reference into the name of the schema that it points at. */
  readonly resolve: (text: string, where: string) => string;
  /** Whether the schema as a whole has an `x-source`. */
  readonly sourced: boolean;
}

export function readSchema(
  raw: unknown,
  at: Pick<SourceSchema, "name" | "subject" | "where">,
  resolve: Context["resolve"],
): SourceSchema {
  const fields = readFields(raw, at.where);
  const description = fields.requireText("description");
  const direction = fields.oneOf("x-direction", ["response"]);
  const sourced = readSource(fields) !== undefined;
  const events = {
    current: fields.texts("x-events") ?? [],
    legacy: fields.texts("x-legacy-events") ?? [],
  };
  const node = readNode(fields, { resolve, sourced });
  fields.end();
  return { ...at, description, node, events, ...(direction === undefined ? {} : { direction }) };
}

/** One member of an object. */
export function readMember(
  name: string,
  fields: Fields,
  required: boolean,
  context: Context,
): SourceMember {
  const readOnly = fields.flag("readOnly");
  const writeOnly = fields.flag("writeOnly");
  if (readOnly && writeOnly) throw new Problem(fields.where, "is both readOnly and writeOnly");
  if (name === "__proto__") throw new Problem(fields.where, "cannot be the name of a member");
  const source = readSource(fields);
  const member: SourceMember = {
    name,
    description: fields.requireText("description"),
    required,
    access: readOnly ? "read" : writeOnly ? "write" : "both",
    pii: fields.flag("x-pii"),
    observed: source === "observed",
    sourced: context.sourced || source !== undefined,
    node: readNode(fields, context),
  };
  fields.end();
  return member;
}

/** What a value may be. The caller reads the keywords around it and ends the fields. */
export function readNode(fields: Fields, context: Context): SourceNode {
  const reference = fields.text("$ref");
  if (reference !== undefined)
    return { kind: "ref", name: context.resolve(reference, fields.where) };
  if (Array.isArray(fields.any("type"))) return readDecimal(fields);
  const type = fields.text("type");
  switch (type) {
    case "object":
      return fields.has("additionalProperties") && !fields.has("properties")
        ? readMap(fields, context)
        : {
            kind: "object",
            open: fields.flag("additionalProperties"),
            members: readMembers(fields, context),
          };
    case "array":
      return {
        kind: "array",
        items: readInner(fields.requireChild("items"), context),
        limits: readLimits(fields, ["minItems", "maxItems"]),
      };
    case "string":
      return fields.has("enum") ? readEnum(fields) : readString(fields);
    case "number":
    case "integer":
      return { kind: type, limits: readLimits(fields, ["minimum", "maximum"]) };
    case "boolean":
      return { kind: "boolean" };
    case undefined:
      return { kind: "unknown" };
    default:
      throw new Problem(fields.where, `unknown type ${type}`);
  }
}

/** Where a fact is known from, other than the contract. */
const readSource = (fields: Fields) =>
  fields.oneOf("x-source", ["docs", "sdk", "observed", "inferred"]);

/** The items of an array or the values of a map, which need no description. */
function readInner(fields: Fields, context: Context): SourceNode {
  fields.text("description");
  const node = readNode(fields, context);
  fields.end();
  return node;
}

function readMembers(fields: Fields, context: Context): readonly SourceMember[] {
  const properties = fields.child("properties");
  const required = new Set(fields.texts("required"));
  const members = (properties?.keys ?? []).map((name) =>
    readMember(
      name,
      readFields(properties?.any(name), `${fields.where}.${name}`),
      required.delete(name),
      context,
    ),
  );
  for (const name of required)
    throw new Problem(fields.where, `requires ${name}, which is not there`);
  return members;
}

function readMap(fields: Fields, context: Context): SourceNode {
  const names = fields.child("propertyNames");
  const maxKeyLength = names?.number("maxLength");
  names?.end();
  return {
    kind: "map",
    values: readInner(fields.requireChild("additionalProperties"), context),
    limits: {
      ...readLimits(fields, ["maxProperties"]),
      ...(maxKeyLength === undefined ? {} : { maxKeyLength }),
    },
  };
}

/** The only kind that is written with two types; without a format it is for answers. */
function readDecimal(fields: Fields): SourceNode {
  const types = fields.texts("type")?.join();
  fields.oneOf("format", ["decimal"]);
  if (types !== "string,number") {
    throw new Problem(fields.where, "several types are only for string and number");
  }
  return { kind: "decimal" };
}

function readEnum(fields: Fields): SourceNode {
  const values = fields.texts("enum") ?? [];
  if (values.length === 0) throw new Problem(fields.where, "enum is empty");
  if (new Set(values).size < values.length) throw new Problem(fields.where, "enum repeats a value");
  return { kind: "enum", values };
}

function readString(fields: Fields): SourceNode {
  const pattern = readPattern(fields);
  const format = fields.oneOf("format", ["date", "date-time"]);
  return {
    kind: "string",
    limits: {
      ...readLimits(fields, ["minLength", "maxLength"]),
      ...(pattern === undefined ? {} : { pattern }),
      ...(format === undefined ? {} : { format }),
    },
  };
}

function readPattern(fields: Fields): string | undefined {
  const pattern = fields.text("pattern");
  try {
    new RegExp(pattern ?? "", "u");
  } catch (error) {
    throw new Problem(fields.where, `pattern cannot be read: ${String(error)}`);
  }
  return pattern;
}

function readLimits<K extends string>(fields: Fields, keys: readonly K[]) {
  const limits: { [P in K]?: number } = {};
  for (const key of keys) {
    const value = fields.number(key);
    if (value !== undefined) limits[key] = value;
  }
  return limits;
}
