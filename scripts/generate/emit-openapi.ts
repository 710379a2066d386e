/** Writes the expanded description as one OpenAPI document. */

import { jsonSchema } from "./json-schema.js";
import type { Direction, EventModel, Model } from "./model.js";
import { resolveReference } from "./references.js";
import { eventFormats, type Source } from "./source.js";

/** Extensions that are meaningful to readers of the published document. */
const published: ReadonlySet<string> = new Set(["x-pii", "x-retry"]);

type Rewrite = (raw: unknown, file: string, direction: Direction) => unknown;

export function emitOpenapi(source: Source, model: Model): string {
  const rewrite: Rewrite = (raw, file, direction) =>
    rewriteTree(raw, (text) => publishedReference(source, model, text, file, direction));
  const document = mapping(source.files.get("openapi.yaml"));
  const written = mapping(document.get("components"));
  const components: Record<string, unknown> = {};
  for (const [kind, raw] of written) {
    components[kind] = rewrite(raw, "openapi.yaml", kind === "responses" ? "response" : "request");
  }
  const expanded = {
    ...Object.fromEntries([...document].filter(([key]) => !isHidden(key))),
    paths: expandPaths(model, rewrite),
    ...(model.events.length > 0 && { webhooks: describeEvents(model) }),
    components: { ...components, schemas: componentSchemas(model) },
  };
  return `${JSON.stringify(expanded, null, 2)}\n`;
}

function expandPaths({ operations }: Model, rewrite: Rewrite): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const { source, body } of operations) {
    const { path, method, file, written } = source;
    const operation: Record<string, unknown> = {};
    for (const [key, raw] of mapping(written)) {
      if (isHidden(key)) continue;
      operation[key] =
        key === "requestBody" && body
          ? rewriteTree(raw, () => `#/components/schemas/${body.schema}`)
          : rewrite(raw, file, key === "responses" ? "response" : "request");
    }
    paths[path] = { ...paths[path], [method]: operation };
  }
  return paths;
}

/** Each event is an envelope around its own data, in one or both spellings. */
function describeEvents({ events }: Model): Record<string, object> {
  const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const envelopes = { current: "EventEnvelope", legacy: "LegacyEventEnvelope" };
  const describeEvent = ({ name, schemas }: EventModel) => {
    const oneOf = eventFormats.flatMap((format) => {
      const data = schemas[format];
      if (data === undefined) return [];
      const own = { properties: { name: { const: name }, data: schemaRef(data) } };
      return [{ allOf: [schemaRef(envelopes[format]), own] }];
    });
    const schema = oneOf.length === 1 ? oneOf[0] : { oneOf };
    const content = { "application/json": { schema } };
    const responses = { "200": { description: "Received; anything else is delivered again." } };
    const operationId = `webhooks.on.${name}`;
    const summary = `Event ${name}.`;
    return { post: { operationId, summary, requestBody: { content }, responses } };
  };
  return Object.fromEntries(events.map((event) => [event.name, describeEvent(event)]));
}

/**
 * Query objects are left out: the document describes their members as parameters. So is what a method
 * takes where another shape goes out on the wire.
 */
function componentSchemas({ schemas, operations }: Model): Record<string, unknown> {
  const ours = new Set(
    operations.flatMap(({ query, params }) => [query?.schema, params]).filter(Boolean),
  );
  for (const { body } of operations) if (body) ours.delete(body.schema);
  return Object.fromEntries(
    schemas
      .filter(({ name }) => !ours.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, node, docs }) => [name, jsonSchema(node, docs)]),
  );
}

/** A copy with rewritten references and without what only the generator uses. */
function rewriteTree(raw: unknown, refer: (text: string) => string): unknown {
  if (Array.isArray(raw)) return raw.map((item: unknown) => rewriteTree(item, refer));
  if (typeof raw !== "object" || raw === null) return raw;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (isHidden(key)) continue;
    const isReference = key === "$ref" && typeof value === "string";
    copy[key] = isReference ? refer(value) : rewriteTree(value, refer);
  }
  return copy;
}

/** References within the single document that replaces the files. */
function publishedReference(
  { files }: Source,
  { nameOf }: Model,
  text: string,
  from: string,
  direction: Direction,
): string {
  const { file, keys } = resolveReference(files, from, text, from);
  const [name = ""] = keys;
  return file.startsWith("schemas/")
    ? `#/components/schemas/${nameOf(name, direction)}`
    : `#/${keys.join("/")}`;
}

const isHidden = (key: string): boolean => key.startsWith("x-") && !published.has(key);

function mapping(raw: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(raw ?? {}));
}
