/** Reads one schema of an OpenAPI document into what the tables hold of it. */

import { createHash } from "node:crypto";
import type { Limits } from "./contract.js";
import { DocumentError, isRaw, type OpenApi, type Raw } from "./open-document.js";

export interface ReadShape {
  /** As in the tables: `array<ref:Account>`. */
  readonly type: string;
  /** Of the object inside of arrays and maps. */
  readonly members: ReadonlyMap<string, ReadMember>;
  readonly limits: Limits;
  readonly values: readonly string[];
  readonly readOnly: boolean;
  readonly text: string;
}

export interface ReadMember {
  readonly shape: ReadShape;
  readonly required: boolean;
}

const nothing: ReadShape = {
  ...{ type: "any", members: new Map(), limits: {}, values: [], readOnly: false, text: "" },
};

/** @param within references that are being expanded, so that none goes in a circle. */
export function readSchema(raw: unknown, api: OpenApi, within: readonly string[] = []): ReadShape {
  if (!isRaw(raw)) return nothing;
  const shape = readKeywords(raw, api, within);
  const text = raw["description"];
  return {
    ...shape,
    readOnly: shape.readOnly || raw["readOnly"] === true,
    text: typeof text === "string" ? text : shape.text,
  };
}

/** The first digits of a digest: texts are compared, and not copied. */
export const hashOf = (text: string): string =>
  text === ""
    ? ""
    : createHash("sha256").update(text.replace(/\s+/g, " ")).digest("hex").slice(0, 6);

function readKeywords(raw: Raw, api: OpenApi, within: readonly string[]): ReadShape {
  const reference = raw["$ref"];
  if (typeof reference === "string") return readReference(reference, api, within);
  const all = listOf(raw["allOf"]);
  const choices = listOf(raw["oneOf"] ?? raw["anyOf"]);
  const hasOwn = Object.keys(raw).some((key) => structural.test(key));
  const [only] = all;
  if (all.length + choices.length === 0) return readOwn(raw, api, within);
  if (all.length === 1 && choices.length === 0 && !hasOwn) return readSchema(only, api, within);
  if (all.length === 0 && !hasOwn) return readChoices(choices, api, within);
  const shapes = [
    ...all.map((part) => expand(readSchema(part, api, within), api, within)),
    ...(choices.length > 0 ? [expand(readChoices(choices, api, within), api, within)] : []),
    ...(hasOwn ? [readOwn(raw, api, within)] : []),
  ];
  return joinAll(shapes, [raw, ...all].flatMap(requiredOf));
}

/** Keywords that say what a value may be, and not only what it is for. */
const structural =
  /^(properties|additionalProperties|required|items|enum|const|format|pattern|min\w+|max\w+)$/;

const listOf = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : []);

const requiredOf = (raw: unknown): readonly unknown[] => listOf(isRaw(raw) && raw["required"]);

function readChoices(choices: readonly unknown[], api: OpenApi, within: readonly string[]) {
  const shapes = choices
    .filter((choice) => !isRaw(choice) || choice["type"] !== "null")
    .map((choice) => readSchema(choice, api, within));
  const [only = nothing, another] = shapes;
  return another === undefined ? only : joinAny(shapes.map((one) => expand(one, api, within)));
}

/** Components keep their name; what else a reference leads to is read in its place. */
function readReference(reference: string, api: OpenApi, within: readonly string[]): ReadShape {
  const target = api.resolve(reference);
  const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(reference) ?? [];
  if (name !== undefined) return { ...nothing, type: `ref:${name}` };
  if (within.includes(reference)) throw new DocumentError(`${reference} refers to itself`);
  return readSchema(target, api, [...within, reference]);
}

/** What a shape leads to, if it is a reference to a component. */
function expand(shape: ReadShape, api: OpenApi, within: readonly string[]): ReadShape {
  if (!shape.type.startsWith("ref:")) return shape;
  const reference = `#/components/schemas/${shape.type.slice("ref:".length)}`;
  if (within.includes(reference)) throw new DocumentError(`${reference} refers to itself`);
  const path = [...within, reference];
  return expand(readSchema(api.resolve(reference), api, path), api, path);
}

/** `allOf`: the members of all parts, which may require each other's. */
function joinAll(shapes: readonly ReadShape[], required: readonly unknown[]): ReadShape {
  const typed = shapes.find(({ type }) => type !== "any") ?? nothing;
  const members = shapes.flatMap((shape) => [...shape.members]);
  const requires = (name: string, member: ReadMember) => member.required || required.includes(name);
  return {
    ...typed,
    members: new Map(
      members.map(([name, member]) => [name, { ...member, required: requires(name, member) }]),
    ),
    limits: Object.assign({}, ...shapes.map(({ limits }) => limits)) as Limits,
    values: shapes.find(({ values }) => values.length > 0)?.values ?? [],
    readOnly: shapes.some(({ readOnly }) => readOnly),
  };
}

/** `oneOf`: the members of any choice, of which those that all choices require are required. */
function joinAny(shapes: readonly ReadShape[]): ReadShape {
  const types = new Set(shapes.map(({ type }) => type));
  const [type = "any"] = types;
  if (types.size !== 1) return nothing;
  const members = shapes.flatMap((shape) => [...shape.members]);
  const isRequired = (name: string) => shapes.every((one) => one.members.get(name)?.required);
  const values = shapes.every((shape) => shape.values.length > 0)
    ? [...new Set(shapes.flatMap((shape) => shape.values))]
    : [];
  return {
    ...{ ...nothing, type, values },
    members: new Map(
      members.map(([name, member]) => [name, { ...member, required: isRequired(name) }]),
    ),
  };
}

function readOwn(raw: Raw, api: OpenApi, within: readonly string[]): ReadShape {
  const type = typeOf(raw);
  if (type === "array") return around("array", readSchema(raw["items"], api, within), raw);
  const { properties, additionalProperties } = raw;
  if (isRaw(properties) || type === "object") {
    if (!isRaw(properties) && (additionalProperties === true || isRaw(additionalProperties))) {
      return around("map", readSchema(additionalProperties, api, within), raw);
    }
    const required = requiredOf(raw);
    const members = Object.entries(isRaw(properties) ? properties : {}).map(
      ([name, schema]) =>
        [
          name,
          { shape: readSchema(schema, api, within), required: required.includes(name) },
        ] as const,
    );
    return { ...nothing, type: "object", members: new Map(members) };
  }
  if (type === undefined) return nothing;
  const { format } = raw;
  const isDate = type === "string" && (format === "date" || format === "date-time");
  return {
    ...nothing,
    type: isDate ? `string(${format})` : type,
    limits: limitsOf(raw, scalarLimits),
    values: valuesOf(raw),
  };
}

/** Limits of a container and of what is inside stand together; their names tell them apart. */
function around(container: "array" | "map", inner: ReadShape, raw: Raw): ReadShape {
  const keys = raw["propertyNames"];
  const keyLimits = isRaw(keys) && typeof keys["maxLength"] === "number" ? keys["maxLength"] : 0;
  return {
    ...{ ...inner, readOnly: false, text: "" },
    type: `${container}<${inner.type}>`,
    limits: {
      ...limitsOf(raw, containerLimits),
      ...(keyLimits > 0 && { maxKeyLength: keyLimits }),
      ...inner.limits,
    },
  };
}

function typeOf(raw: Raw): string | undefined {
  const types = [raw["type"]].flat().filter((type) => type !== "null" && type !== undefined);
  const known = ["object", "array", "string", "number", "integer", "boolean"];
  const [type] = types;
  if (types.length === 1 && known.includes(String(type))) return String(type);
  if (types.length === 0 && "items" in raw) return "array";
  return types.length === 0 && valuesOf(raw).length > 0 ? "string" : undefined;
}

function valuesOf(raw: Raw): readonly string[] {
  const values = Array.isArray(raw["enum"]) ? raw["enum"] : "const" in raw ? [raw["const"]] : [];
  return values.filter((value) => value !== null).map(String);
}

const scalarLimits = ["minLength", "maxLength", "pattern", "minimum", "maximum"];
const containerLimits = ["minItems", "maxItems", "maxProperties"];

function limitsOf(raw: Raw, names: readonly string[]): Limits {
  const entries = names.map((name) => [name, raw[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number] => {
      const [name, value] = entry;
      const saysNothing = name === "minLength" && value === 0;
      return (typeof value === "number" || typeof value === "string") && !saysNothing;
    }),
  );
}
