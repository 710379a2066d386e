/** Reads the tables of spec/contract/; spec/README.md says what their columns mean. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Contract,
  type ContractOperation,
  type Limits,
  type Member,
  noMembers,
  type Shape,
  type ShapeType,
} from "./contract.js";

export const tableNames = {
  operations: "operations.tsv",
  fields: "fields.tsv",
  prose: "prose.tsv",
} as const;

export interface FieldRow {
  readonly schema: string;
  readonly field: string;
  readonly type: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly limits: Limits;
  readonly values: readonly string[];
}

/** What only the text of a description says; it is kept by hand and laid over the rows of fields. */
export type ProseRow = Pick<FieldRow, "schema" | "field" | "required" | "limits" | "values">;

interface OperationRow {
  readonly operation: string;
  readonly oauth: string;
  readonly body: string;
  readonly bodyType: string;
  readonly status: string;
  readonly answer: string;
  readonly errors: string;
}

/** @param folder spec/contract */
export async function readContract(folder: string): Promise<Contract> {
  const read = (name: string) => readFile(join(folder, name), "utf8");
  const [operations, fields, prose] = await Promise.all([
    read(tableNames.operations),
    read(tableNames.fields),
    read(tableNames.prose),
  ]);
  const rows = layOver(readFields(fields), readProse(prose));
  return buildContract(operations, rows);
}

export function readFields(text: string): readonly FieldRow[] {
  return cells(text).map(
    ([schema = "", field = "", type = "", required, readOnly, limits, values]) => ({
      ...{ schema, field, type },
      required: required === "yes",
      readOnly: readOnly === "yes",
      limits: readLimits(limits),
      values: words(values),
    }),
  );
}

export function readProse(text: string): readonly ProseRow[] {
  return cells(text).map(([schema = "", field = "", required, limits, values]) => ({
    ...{ schema, field },
    required: required === "yes",
    limits: readLimits(limits),
    values: words(values),
  }));
}

/** @throws when a row of prose is about a field that is not there. */
function layOver(rows: readonly FieldRow[], prose: readonly ProseRow[]): readonly FieldRow[] {
  const key = ({ schema, field }: Pick<FieldRow, "schema" | "field">) => `${schema} ${field}`;
  const said = new Map(prose.map((row) => [key(row), row]));
  const merged = rows.map((row) => {
    const words = said.get(key(row));
    said.delete(key(row));
    if (words === undefined) return row;
    return {
      ...row,
      required: row.required || words.required,
      limits: { ...words.limits, ...row.limits },
      values: row.values.length > 0 ? row.values : words.values,
    };
  });
  const [lost] = said.keys();
  if (lost !== undefined)
    throw new Error(`${tableNames.prose}: ${lost} is not in ${tableNames.fields}`);
  return merged;
}

function buildContract(text: string, rows: readonly FieldRow[]): Contract {
  const version = /^# .* (\S+)$/m.exec(text)?.[1] ?? "unknown";
  const shapes = buildShapes(rows);
  const operations = new Map<string, ContractOperation>();
  const others = new Set<string>();
  for (const row of readOperations(text)) {
    if (row.status === "") others.add(row.operation);
    else operations.set(row.operation, buildOperation(row, shapes));
  }
  const isOperation = (name: string) => /^[A-Z]+ \//.test(name);
  const schemas = new Map([...shapes].filter(([name]) => !isOperation(name)));
  return { version, operations, others, schemas };
}

function readOperations(text: string): readonly OperationRow[] {
  return cells(text).map(
    ([
      operation = "",
      oauth = "",
      body = "",
      bodyType = "",
      status = "",
      answer = "",
      errors = "",
    ]) => ({
      ...{ operation, oauth, body, bodyType, status, answer, errors },
    }),
  );
}

function buildOperation(row: OperationRow, shapes: ReadonlyMap<string, Shape>): ContractOperation {
  const own = (part: string) => shapes.get(`${row.operation} ${part}`);
  const written = (type: string, part: string): Shape =>
    (type === "object" ? own(part) : undefined) ?? readType(type, own(part)?.members);
  return {
    oauth: row.oauth === "yes",
    status: Number(row.status),
    query: own("query") ?? noMembers,
    headers: own("header") ?? noMembers,
    ...(row.body && {
      body: { required: row.body === "required", shape: written(row.bodyType, "request") },
    }),
    ...(row.answer && { answer: written(row.answer, "answer") }),
    errors: new Map(
      words(row.errors).map((entry) => {
        const [status = "", codes = ""] = entry.split("=");
        return [status, codes.split(",")];
      }),
    ),
  };
}

/** A tree for each schema, from rows whose fields are paths. */
function buildShapes(rows: readonly FieldRow[]): ReadonlyMap<string, Shape> {
  const byName = new Map<string, FieldRow[]>();
  for (const row of rows) {
    byName.set(row.schema, [...(byName.get(row.schema) ?? []), row]);
  }
  return new Map([...byName].map(([name, own]) => [name, buildShape(own)]));
}

function buildShape(rows: readonly FieldRow[]): Shape {
  const itself = rows.find(({ field }) => field === ".");
  const members = buildMembers(
    rows.filter(({ field }) => field !== "."),
    "",
  );
  return itself === undefined
    ? { type: "object", members, limits: {} }
    : withLimits(readType(itself.type, members), itself);
}

function buildMembers(rows: readonly FieldRow[], prefix: string): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const row of rows) {
    const name = row.field.slice(prefix.length);
    if (!row.field.startsWith(prefix) || name.includes(".")) continue;
    const path = `${row.field}${marks(row.type)}.`;
    const inner = rows.filter(({ field }) => field.startsWith(path));
    const shape = withLimits(readType(row.type, buildMembers(inner, path)), row);
    const access = row.readOnly ? "read" : "both";
    members.set(name, { shape, required: row.required, access });
  }
  return members;
}

/** `[]` for each array and `{}` for each map around the objects of a type. */
export function marks(type: string): string {
  const inner = /^(array|map)<(.*)>$/.exec(type);
  return inner === null ? "" : `${inner[1] === "array" ? "[]" : "{}"}${marks(inner[2] ?? "")}`;
}

/** `array<ref:Account>`, `map<string>`, `string(date)`; members belong to the object inside. */
function readType(text: string, members: Shape["members"] = new Map()): Shape {
  const [, outer, inner] = /^(array|map)<(.*)>$/.exec(text) ?? [];
  if (outer === "array" || outer === "map") {
    return { type: outer, of: readType(inner ?? "", members), limits: {} };
  }
  const [, ref] = /^ref:(.*)$/.exec(text) ?? [];
  if (ref !== undefined) return { type: "ref", ref, limits: {} };
  const [, type, format] = /^([a-z]+)(?:\((.*)\))?$/.exec(text) ?? [];
  if (!isType(type)) throw new Error(`${tableNames.fields}: unknown type ${text}`);
  // An object whose members nobody names is a map of anything.
  if (type === "object" && members?.size === 0) {
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

/** Limits of a list stay with the list; those of its items, and values, go to the items. */
function withLimits(shape: Shape, row: Pick<FieldRow, "limits" | "values">): Shape {
  const isContainer = shape.of !== undefined;
  const entries = Object.entries(row.limits);
  const own = entries.filter(([name]) => !isContainer || ofContainer.test(name));
  const rest = {
    limits: Object.fromEntries(entries.filter((one) => !own.includes(one))),
    values: row.values,
  };
  return {
    ...shape,
    limits: { ...shape.limits, ...Object.fromEntries(own) },
    ...(shape.of !== undefined && { of: withLimits(shape.of, rest) }),
    ...(!isContainer && row.values.length > 0 && { values: row.values }),
  };
}

function readLimits(text = ""): Limits {
  const entries = text
    .split(";")
    .filter(Boolean)
    .map((entry) => entry.split("="));
  return Object.fromEntries(entries.map(([name = "", value = ""]) => [name, Number(value)]));
}

/** The cells of every row below the head. */
function cells(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.slice(1).map((line) => line.split("\t"));
}

const words = (text = ""): readonly string[] => text.split(" ").filter(Boolean);
