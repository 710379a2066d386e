/** Writes what docs/reference/ says of one method, and of the types that its parameters have. */

import { limitsOf } from "./describe.js";
import { readFields } from "./fields.js";
import type { Method, OwnMethod } from "./methods.js";
import type { Member, Model, Node, Operation, Schema } from "./model.js";
import { scopesOf } from "./read-scopes.js";
import type { SourceOperation, SourceScope } from "./source.js";

/** Longer lists of values have a section of their own. */
const maxInlineValues = 6;

export type SchemasByName = ReadonlyMap<string, Schema>;

export const schemasByName = ({ schemas }: Model): SchemasByName =>
  new Map(schemas.map((schema) => [schema.name, schema]));

export function emitMethod(
  operation: Operation,
  method: Method | undefined,
  schemas: SchemasByName,
  scopes: readonly SourceScope[],
): string {
  const { source, pathParameters } = operation;
  const rows = [...pathParameters, ...membersOf(paramsNode(operation, schemas))];
  const table = parameterTable(rows.flatMap((member) => parameterRows(member, "", schemas)));
  return [
    `## ${source.id}\n`,
    `${sentence(source.summary)} ${descriptionOf(operation)}`.trim(),
    "",
    ...(method === undefined ? [] : [`\`client.${source.id}${method.signature}\`\n`]),
    `| | |\n|---|---|\n${facts(operation, scopes).join("")}`,
    ...(rows.length === 0 ? [] : [table]),
    ...(method?.example === undefined ? [] : [`\`\`\`ts\n${method.example}\n\`\`\`\n`]),
  ].join("\n");
}

export function emitOwnMethod({ id, signature, description, example }: OwnMethod): string {
  return [
    `## ${id}\n`,
    `${description}\n`,
    `\`client.${id}${signature}\`\n`,
    ...(example === undefined ? [] : [`\`\`\`ts\n${example}\n\`\`\`\n`]),
  ].join("\n");
}

/** The named types of parameters, each once. */
export function emitParameterTypes(
  operations: readonly Operation[],
  schemas: SchemasByName,
): string {
  const found = new Map<string, Schema>();
  const visit = (node: Node | undefined): void => {
    if (node?.kind === "map") visit(node.values);
    if (node?.kind === "array") visit(node.items);
    for (const { node: inner } of membersOf(node)) visit(inner);
    const schema = node?.kind === "ref" ? schemas.get(node.name) : undefined;
    if (schema === undefined || found.has(schema.name)) return;
    if (!isInline(schema.node)) found.set(schema.name, schema);
    visit(schema.node);
  };
  for (const operation of operations) visit(paramsNode(operation, schemas));
  const named = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return named.map((schema) => emitParameterType(schema, schemas)).join("\n");
}

function emitParameterType({ name, docs, node }: Schema, schemas: SchemasByName): string {
  const head = `### ${name}\n\n${sentence(docs.description)}\n\n`;
  if (node.kind === "enum") return `${head}${valueList(node.values)}\n`;
  const rows = membersOf(node).flatMap((member) => parameterRows(member, "", schemas));
  if (rows.length > 0) return `${head}${parameterTable(rows)}`;
  const limits = limitText(node, schemas);
  return `${head}${typeText(node, schemas)}${limits === "" ? "" : `: ${limits}`}\n`;
}

function facts(operation: Operation, scopes: readonly SourceScope[]): readonly string[] {
  const { source, response } = operation;
  const { status } = source.success;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["endpoint", `[\`${source.method.toUpperCase()} ${source.path}\`](${source.docs})`],
    ["answer", response === undefined ? `${status}` : `${status}, \`${response}\``],
    ["answer lost", [source.retry, source.whenUnknown].filter(Boolean).join("; ")],
    ["OAuth", oauthText(source, scopes)],
    ["SCA", source.sca && `may be asked for (${source.sca})`],
    ["error codes", source.errorCodes.length === 0 ? undefined : valueList(source.errorCodes)],
    ["only", source.environment === "sandbox" ? "outside production" : undefined],
    ["method", source.caller === "client" ? "none: the client calls it by itself" : undefined],
  ];
  return rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`| ${name} | ${cell(text)} |\n`],
  );
}

function oauthText(operation: SourceOperation, scopes: readonly SourceScope[]): string {
  if (!operation.oauth) return "no";
  const names = scopesOf(operation, scopes).map((name) => `\`${name}\``);
  return names.length === 0 ? "yes" : `yes: ${names.join(" or ")}`;
}

function paramsNode({ params, body, query }: Operation, schemas: SchemasByName): Node | undefined {
  const node = schemas.get(params ?? body?.schema ?? query?.schema ?? "")?.node;
  return node?.kind === "ref" ? schemas.get(node.name)?.node : node;
}

const membersOf = (node: Node | undefined): readonly Member[] =>
  node?.kind === "object" ? node.members : [];

/** A member, and the members of an object that has no name, under their path. */
function parameterRows(member: Member, path: string, schemas: SchemasByName): readonly string[] {
  const { name, node, optional, docs } = member;
  const at = `${path}${name}`;
  const cells = [
    `\`${at}\``,
    typeText(node, schemas),
    optional ? "" : "yes",
    limitText(node, schemas),
    sentence(docs.description),
  ];
  const [object, mark] =
    node.kind === "array" ? ([node.items, "[]"] as const) : ([node, ""] as const);
  return [
    `| ${cells.map(cell).join(" | ")} |\n`,
    ...membersOf(object).flatMap((one) => parameterRows(one, `${at}${mark}.`, schemas)),
  ];
}

const parameterTable = (rows: readonly string[]): string =>
  `| parameter | type | required | limits | what it is |\n|---|---|---|---|---|\n${rows.join("")}`;

function typeText(node: Node, schemas: SchemasByName): string {
  switch (node.kind) {
    case "ref": {
      const target = schemas.get(node.name)?.node;
      return target !== undefined && isInline(target)
        ? typeText(target, schemas)
        : `[${node.name}](#${node.name.toLowerCase()})`;
    }
    case "array":
      return `list of ${typeText(node.items, schemas)}`;
    case "map":
      return `map of ${typeText(node.values, schemas)}`;
    case "enum":
      return valueList(node.values);
    case "unknown":
      return "anything";
    default:
      return node.kind;
  }
}

/** Whether a type is shown where it is used. */
function isInline(node: Node): boolean {
  if (node.kind === "enum") return node.values.length <= maxInlineValues;
  return node.kind !== "object";
}

function limitText(raw: Node, schemas: SchemasByName): string {
  const node = (raw.kind === "ref" && schemas.get(raw.name)?.node) || raw;
  const items = node.kind === "array" ? node.items : node.kind === "map" ? node.values : undefined;
  const ofItems = items === undefined ? [] : limitsOf(items).map((limit) => `each ${lower(limit)}`);
  return [...limitsOf(node).map(lower), ...ofItems].join("; ");
}

const lower = (text: string): string =>
  text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

const valueList = (values: readonly string[]): string =>
  values.map((value) => `\`${value}\``).join(", ");

function descriptionOf({ source }: Operation): string {
  const text = readFields(source.written, source.where).text("description");
  return text === undefined ? "" : sentence(text);
}

function sentence(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
