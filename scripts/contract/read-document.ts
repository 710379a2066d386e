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

/** @throws {DocumentError} when something that an operation refers to cannot be read. */
export function readDocument(api: OpenApi, choose: Choose): DocumentTables {
  const operations: OperationRow[] = [];
  const fields: FieldRow[] = [];
  const texts = new Map<string, string>();
  const wanted = new Set<string>();
  for (const [operation, raw] of operationsOf(api)) {
    const keep = choose(operation, tagsOf(raw));
    if (keep === "name") operations.push({ operation, textHash: "" });
    if (keep === "facts") operations.push(readOperation(operation, raw));
  }
  if (operations.length === 0) throw new DocumentError("it has none of the operations in spec/");
  const seen = new Set<string>();
  for (let name = next(); name !== undefined; name = next()) {
    seen.add(name);
    addRows(name, readSchema(api.resolve(`#/components/schemas/${name}`), api));
  }
  return {
    ...{ version: api.version, texts },
    operations: operations.sort((a, b) => order(byPath(a.operation), byPath(b.operation))),
    fields: fields.sort(
      (a, b) => order(byPath(a.schema), byPath(b.schema)) || order(a.field, b.field),
    ),
  };

  function next(): string | undefined {
    return [...wanted].find((name) => !seen.has(name));
  }

  function readOperation(operation: string, raw: Raw): OperationRow {
    const { status, answer } = readAnswer(operation, raw);
    const body = readBody(operation, raw);
    addParameters(operation, raw);
    const facts = {
      ...{ oauth: raw["x-oauthSupported"] === true, status, errors: readErrors(raw, api) },
      ...(body && { body }),
      ...(answer !== undefined && { answer }),
    };
    const text = [raw["summary"], raw["description"]].filter((part) => typeof part === "string");
    return { operation, facts, textHash: hashOf(text.join(" ")) };
  }

  function readBody(operation: string, raw: Raw) {
    const body = deref(raw["requestBody"], api);
    if (body === undefined) return undefined;
    const required = body["required"] === true;
    const content = isRaw(body["content"]) ? body["content"] : {};
    if ("multipart/form-data" in content) return { required, type: "multipart" };
    return { required, type: addPart(`${operation} request`, content) };
  }

  function readAnswer(operation: string, raw: Raw) {
    const responses = isRaw(raw["responses"]) ? raw["responses"] : {};
    const [status] = Object.keys(responses)
      .filter((key) => /^2\d\d$/.test(key))
      .sort();
    if (status === undefined) throw new DocumentError(`${operation} has no answer for success`);
    const content = deref(responses[status], api)?.["content"];
    const answer = isRaw(content) ? addPart(`${operation} answer`, content) : undefined;
    return { status: Number(status), answer };
  }

  /** @returns the type of a body; what an inline one has inside becomes rows of its own. */
  function addPart(part: string, content: Raw): string {
    const media = content["application/json"] ?? Object.values(content)[0];
    const shape = readSchema(isRaw(media) ? media["schema"] : undefined, api);
    want(shape.type);
    addMembers(part, shape.members, "");
    return shape.type;
  }

  function addParameters(operation: string, raw: Raw): void {
    const written: readonly unknown[] = Array.isArray(raw["parameters"]) ? raw["parameters"] : [];
    for (const parameter of written.map((one) => deref(one, api))) {
      const place = parameter?.["in"];
      if (parameter === undefined || (place !== "query" && place !== "header")) continue;
      const { description, required, schema } = parameter;
      const shape = readSchema(schema, api);
      const text = typeof description === "string" ? description : shape.text;
      const member = { shape: { ...shape, text }, required: required === true };
      addMembers(`${operation} ${place}`, new Map([[String(parameter["name"]), member]]), "");
    }
  }

  function addRows(schema: string, shape: ReadShape): void {
    if (shape.type === "object" && shape.members.size > 0) addMembers(schema, shape.members, "");
    else addRow(schema, ".", { shape, required: false });
  }

  function addMembers(schema: string, members: ReadonlyMap<string, ReadMember>, prefix: string) {
    for (const [name, member] of members) addRow(schema, `${prefix}${name}`, member);
  }

  function addRow(schema: string, field: string, { shape, required }: ReadMember): void {
    const { type, limits, values, readOnly, text, members } = shape;
    want(type);
    if (text !== "") texts.set(rowKey({ schema, field }), text);
    fields.push({
      ...{ schema, field, type, required, readOnly, limits, values },
      textHash: hashOf(text),
    });
    addMembers(schema, members, field === "." ? "" : `${field}${marksOf(type)}.`);
  }

  function want(type: string): void {
    const [, name] = /ref:([^>]+)/.exec(type) ?? [];
    if (name !== undefined) wanted.add(name);
  }
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

/** Codes stand in the text of each error, such as ``Possible errors: `not_found` ``. */
function readErrors(raw: Raw, api: OpenApi): ReadonlyMap<string, readonly string[]> {
  const errors = new Map<string, readonly string[]>();
  for (const [status, response] of Object.entries(
    isRaw(raw["responses"]) ? raw["responses"] : {},
  )) {
    const text = /^[45]\d\d$/.test(status) ? deref(response, api)?.["description"] : undefined;
    const codes = [
      ...String(text ?? "").matchAll(/[`"]([a-z][a-z0-9_]*)[`"]|\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g),
    ];
    if (codes.length > 0)
      errors.set(status, [...new Set(codes.map(([all, quoted]) => quoted ?? all))]);
  }
  return errors;
}

/** A parameter, body or response, through its reference if it is one. */
function deref(raw: unknown, api: OpenApi): Raw | undefined {
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
