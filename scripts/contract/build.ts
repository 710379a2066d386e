/** Makes a contract of tables: rows become trees, and prose is laid over them. */

import {
  type Contract,
  type ContractOperation,
  type Member,
  noMembers,
  type Shape,
  type ShapeType,
} from "./contract.js";
import type { FieldRow, OperationRow, ProseRow, Tables } from "./tables.js";

/** @throws when a row of prose is about a field that is not there. */
export function buildContract({ version, operations, fields, prose }: Tables): Contract {
  const shapes = buildShapes(layOver(fields, prose));
  const described = new Map<string, ContractOperation>();
  const others = new Set<string>();
  for (const row of operations) {
    if (row.facts === undefined) others.add(row.operation);
    else described.set(row.operation, buildOperation(row.operation, row.facts, shapes));
  }
  const isOperation = (name: string) => /^[A-Z]+ \//.test(name);
  const schemas = new Map([...shapes].filter(([name]) => !isOperation(name)));
  return { version, operations: described, others, schemas };
}

export const rowKey = ({ schema, field }: Pick<FieldRow, "schema" | "field">): string =>
  `${schema} ${field}`;

function layOver(rows: readonly FieldRow[], prose: readonly ProseRow[]): readonly FieldRow[] {
  const said = new Map(prose.map((row) => [rowKey(row), row]));
  const merged = rows.map((row) => {
    const words = said.get(rowKey(row));
    said.delete(rowKey(row));
    if (words === undefined) return row;
    return {
      ...row,
      required: row.required || words.required,
      limits: { ...words.limits, ...row.limits },
      values: row.values.length > 0 ? row.values : words.values,
    };
  });
  const [lost] = said.keys();
  if (lost !== undefined) throw new Error(`spec/contract/prose.tsv: there is no field ${lost}`);
  return merged;
}

function buildOperation(
  name: string,
  { oauth, status, body, answer, errors }: NonNullable<OperationRow["facts"]>,
  shapes: ReadonlyMap<string, Shape>,
): ContractOperation {
  const own = (part: string) => shapes.get(`${name} ${part}`);
  const shapeOf = (type: string, part: string) => readType(type, own(part)?.members);
  return {
    ...{ oauth, status, errors },
    query: own("query") ?? noMembers,
    headers: own("header") ?? noMembers,
    ...(body && { body: { required: body.required, shape: shapeOf(body.type, "request") } }),
    ...(answer && { answer: shapeOf(answer, "answer") }),
  };
}

/** A tree for each schema, from rows whose fields are paths. */
function buildShapes(rows: readonly FieldRow[]): ReadonlyMap<string, Shape> {
  return new Map(
    [...groupBy(rows, ({ schema }) => schema)].map(([name, own]) => [name, buildShape(own)]),
  );
}

function buildShape(rows: readonly FieldRow[]): Shape {
  const itself = rows.find(({ field }) => field === ".");
  const members = buildMembers(
    rows.filter((row) => row !== itself),
    "",
  );
  return itself === undefined
    ? { type: "object", members, limits: {} }
    : withLimits(readType(itself.type, members), itself);
}

function buildMembers(rows: readonly FieldRow[], prefix: string): ReadonlyMap<string, Member> {
  const nameIn = ({ field }: FieldRow) => field.slice(prefix.length);
  const byName = new Map(rows.map((row) => [nameIn(row), row]));
  // The first member on the way, because the name of a query parameter may have a dot in it.
  const memberOf = (row: FieldRow) => {
    const steps = [...nameIn(row).matchAll(/(?:\[\]|\{\})*\./g)];
    const starts = steps.map(({ index }) => nameIn(row).slice(0, index));
    return starts.find((start) => byName.has(start)) ?? nameIn(row);
  };
  const members = new Map<string, Member>();
  for (const [name, own] of groupBy(rows, memberOf)) {
    const row = byName.get(name);
    if (row === undefined) continue;
    const inner = own.filter((one) => one !== row);
    const of = buildMembers(inner, `${row.field}${marks(row.type)}.`);
    const shape = withLimits(readType(row.type, of), row);
    members.set(name, { shape, required: row.required, access: row.readOnly ? "read" : "both" });
  }
  return members;
}

/** `[]` for each array and `{}` for each map around the objects of a type. */
function marks(type: string): string {
  const [, outer, inner = ""] = /^(array|map)<(.*)>$/.exec(type) ?? [];
  return outer === undefined ? "" : `${outer === "array" ? "[]" : "{}"}${marks(inner)}`;
}

/** Members belong to the object inside of arrays and maps. */
function readType(text: string, members: Shape["members"] = new Map()): Shape {
  const [, outer, inner = ""] = /^(array|map)<(.*)>$/.exec(text) ?? [];
  if (outer === "array" || outer === "map") {
    return { type: outer, of: readType(inner, members), limits: {} };
  }
  if (text.startsWith("ref:")) return { type: "ref", ref: text.slice(4), limits: {} };
  const [, type, format] = /^([a-z]+)(?:\((.*)\))?$/.exec(text) ?? [];
  if (!isType(type)) throw new Error(`spec/contract: unknown type ${text}`);
  // An object whose members nobody names is a map of anything.
  if (type === "object" && members.size === 0) {
    return { type: "map", of: { type: "any", limits: {} }, limits: {} };
  }
  return {
    type,
    ...(type === "object" && { members }),
    limits: format === undefined ? {} : { format },
  };
}

const isType = (text: string | undefined): text is ShapeType =>
  text !== undefined && /^(object|string|number|integer|boolean|any|multipart)$/.test(text);

const ofContainer = /^(minItems|maxItems|maxProperties|maxKeyLength)$/;

/** Limits of a list stay with the list; those of its items, and the values, go to the items. */
function withLimits(shape: Shape, { limits, values }: Pick<FieldRow, "limits" | "values">): Shape {
  if (shape.of === undefined) {
    return {
      ...shape,
      limits: { ...shape.limits, ...limits },
      ...(values.length > 0 && { values }),
    };
  }
  const pick = (own: boolean) =>
    Object.fromEntries(Object.entries(limits).filter(([name]) => ofContainer.test(name) === own));
  return {
    ...shape,
    limits: pick(true),
    of: withLimits(shape.of, { limits: pick(false), values }),
  };
}

export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
