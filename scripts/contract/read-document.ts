/** Reads an OpenAPI document into the tables: the operations that concern us, and all they refer to. */

import { rowKey } from "./build.js";
import { DocumentError, isRaw, type OpenApi, type Raw } from "./open-document.js";
import { hashOf, type ReadMember, type ReadShape, readSchema } from "./read-schema.js";
import type { FieldRow, OperationRow, Tables } from "./tables.js";

/** How much of an operation the tables keep. */
export type Keep = "facts" | "name" | "nothing";

export type Choose = (operation: string, tags: readonly string[]) => Keep;

export interface DocumentTables extends Omit<Tables, "prose"> {
  /** The description of each field that has one, by the key of its row. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What has been read so far. */
interface Reading {
  readonly api: OpenApi;
  readonly fields: FieldRow[];
  readonly texts: Map<string, string>;
  /** Names of the schemas that something refers to. */
  readonly wanted: Set<string>;
}

/** @throws {DocumentError} when something that an operation refers to cannot be read. */
export function readDocument(api: OpenApi, choose: Choose): DocumentTables {
  const reading: Reading = { api, fields: [], texts: new Map(), wanted: new Set() };
  const operations = operationsOf(api).flatMap(([operation, raw]): readonly OperationRow[] => {
    const keep = choose(operation, tagsOf(raw));
    if (keep === "nothing") return [];
    return [keep === "name" ? { operation, textHash: "" } : readOperation(reading, operation, raw)];
  });
  if (operations.length === 0) throw new DocumentError("it has none of the operations in spec/");
  // A set hands out what is added while it is read.
  for (const name of reading.wanted) readNamed(reading, name);
  const { fields, texts } = reading;
  return {
    ...{ version: api.version, texts },
    operations: operations.sort((a, b) => order(byPath(a.operation), byPath(b.operation))),
    fields: fields.sort(
      (a, b) => order(byPath(a.schema), byPath(b.schema)) || order(a.field, b.field),
    ),
  };
}

/** Every operation of the document, by method and path. */
export function operationsOf({ paths }: OpenApi): readonly (readonly [string, Raw])[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(isRaw(item) ? item : {}).flatMap(([method, raw]) =>
      /^(get|post|put|patch|delete)$/.test(method) && isRaw(raw)
        ? [[`${method.toUpperCase()} ${path}`, raw] as const]
        : [],
    ),
  );
}

export function tagsOf({ tags }: Raw): readonly string[] {
  return Array.isArray(tags) ? tags.map(String) : [];
}

function readOperation(reading: Reading, operation: string, raw: Raw): OperationRow {
  const { status, content } = successOf(reading, operation, raw);
  const body = readBody(reading, operation, raw);
  readParameters(reading, operation, raw);
  const text = [raw["summary"], raw["description"]].filter((part) => typeof part === "string");
  return {
    operation,
    facts: {
      ...{ oauth: raw["x-oauthSupported"] === true, status, errors: readErrors(reading, raw) },
      ...(body && { body }),
      ...(content && { answer: readPart(reading, `${operation} answer`, content) }),
    },
    textHash: hashOf(text.join(" ")),
  };
}

function readBody(reading: Reading, operation: string, raw: Raw) {
  const body = deref(reading, raw["requestBody"]);
  if (body === undefined) return undefined;
  const required = body["required"] === true;
  const content = isRaw(body["content"]) ? body["content"] : {};
  if ("multipart/form-data" in content) return { required, type: "multipart" };
  return { required, type: readPart(reading, `${operation} request`, content) };
}

function successOf(reading: Reading, operation: string, { responses }: Raw) {
  const all = isRaw(responses) ? responses : {};
  const [status] = Object.keys(all)
    .filter((key) => /^2\d\d$/.test(key))
    .sort();
  if (status === undefined) throw new DocumentError(`${operation} has no answer for success`);
  const content = deref(reading, all[status])?.["content"];
  return { status: Number(status), content: isRaw(content) ? content : undefined };
}

/** @returns the type of a body; what an inline one has inside becomes rows of its own. */
function readPart(reading: Reading, part: string, content: Raw): string {
  const media = content["application/json"] ?? Object.values(content)[0];
  const shape = readSchema(isRaw(media) ? media["schema"] : undefined, reading.api);
  want(reading, shape.type);
  addMembers(reading, part, shape.members, "");
  return shape.type;
}

function readParameters(reading: Reading, operation: string, { parameters }: Raw): void {
  for (const written of Array.isArray(parameters) ? parameters : []) {
    const parameter = deref(reading, written) ?? {};
    const { name, in: place, description, required, schema } = parameter;
    if (place !== "query" && place !== "header") continue;
    const shape = readSchema(schema, reading.api);
    const text = typeof description === "string" ? description : shape.text;
    const member = { shape: { ...shape, text }, required: required === true };
    addMembers(reading, `${operation} ${place}`, new Map([[String(name), member]]), "");
  }
}

/** Codes stand in the text of each error, such as ``Possible errors: `not_found` ``. */
function readErrors(reading: Reading, { responses }: Raw): ReadonlyMap<string, readonly string[]> {
  const errors = new Map<string, readonly string[]>();
  for (const [status, response] of Object.entries(isRaw(responses) ? responses : {})) {
    if (!/^[45]\d\d$/.test(status)) continue;
    const text = String(deref(reading, response)?.["description"] ?? "");
    const codes = [...text.matchAll(errorCode)].map(([all, quoted]) => quoted ?? all);
    if (codes.length > 0) errors.set(status, [...new Set(codes)]);
  }
  return errors;
}

/** A word in quotes, or one with an underscore. */
const errorCode = /[`"]([a-z][a-z0-9_]*)[`"]|\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g;

function readNamed(reading: Reading, name: string): void {
  const raw = reading.api.resolve(`#/components/schemas/${name}`);
  const shape = readSchema(raw, reading.api);
  const isObject = shape.type === "object" && shape.members.size > 0;
  if (isObject) addMembers(reading, name, shape.members, "");
  else addRow(reading, name, ".", { shape, required: false });
}

type Members = ReadShape["members"];

function addMembers(reading: Reading, schema: string, members: Members, prefix: string): void {
  for (const [name, member] of members) addRow(reading, schema, `${prefix}${name}`, member);
}

function addRow(
  reading: Reading,
  schema: string,
  field: string,
  { shape, required }: ReadMember,
): void {
  const { type, limits, values, readOnly, text, members } = shape;
  const textHash = hashOf(text);
  want(reading, type);
  if (text !== "") reading.texts.set(rowKey({ schema, field }), text);
  reading.fields.push({ schema, field, type, required, readOnly, limits, values, textHash });
  addMembers(reading, schema, members, field === "." ? "" : `${field}${marksOf(type)}.`);
}

function want({ wanted }: Reading, type: string): void {
  const [, name] = /ref:([^>]+)/.exec(type) ?? [];
  if (name !== undefined) wanted.add(name);
}

/** A parameter, body or response, through its reference if it is one. */
function deref({ api }: Reading, raw: unknown): Raw | undefined {
  const reference = isRaw(raw) ? raw["$ref"] : undefined;
  const value = typeof reference === "string" ? api.resolve(reference) : raw;
  return isRaw(value) ? value : undefined;
}

const marksOf = (type: string): string =>
  [...type.matchAll(/(array|map)</g)].map(([, kind]) => (kind === "array" ? "[]" : "{}")).join("");

/** Operations before schemas, by path. */
function byPath(name: string): string {
  const [method = "", path] = name.split(" ");
  return path === undefined ? `~${name}` : `${path} ${method} ${name}`;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
