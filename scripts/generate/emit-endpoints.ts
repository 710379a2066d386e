/** Writes the endpoint tables: every operation as data. */

import { emitShape, importShapes, shapeName } from "./emit-shapes.js";
import { comment, fits, header, importNames } from "./layout.js";
import type { Model, Operation } from "./model.js";

/** `simulation.accounts.updateStatus` becomes `simulationAccountsUpdateStatus`. */
export function constantName(operationId: string): string {
  return operationId.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What is loaded with the package. */
export function emitEndpoints(model: Model): string {
  return emitTable(model, {
    operations: model.operations.filter(({ source }) => !source.lazy),
    intro: "Operations as data: the client sends by it, the emulator routes by it.",
    list: "endpoints",
    about: "All of them, in the order of the description; `lazyEndpoints` are the others.",
  });
}

/** What few programs call, and what no other program should have to load. */
export function emitLazyEndpoints(model: Model): string {
  return emitTable(model, {
    operations: model.operations.filter(({ source }) => source.lazy),
    intro: "Operations that few programs call, as data: loaded with the first call of one of them.",
    list: "lazyEndpoints",
    about: "All of them, in the order of the description.",
  });
}

interface Table {
  readonly operations: readonly Operation[];
  readonly intro: string;
  /** The name of the list of all rows, and what it says of itself. */
  readonly list: string;
  readonly about: string;
}

function emitTable({ schemas }: Model, { operations, intro, list, about }: Table): string {
  const subjectOf = new Map(schemas.map((schema) => [schema.name, schema.subject]));
  const shapes = [...new Set(operations.flatMap(shapesOf))].sort();
  const names = operations.map(({ source }) => `  ${constantName(source.id)},\n`);
  return [
    `${header}\n/** ${intro} */\n`,
    importShapes(shapes, subjectOf).concat(
      importNames(["Endpoint", ...(shapes.length > 0 ? ["Shape"] : [])], "./endpoint.js", true),
    ),
    ...shapes.map((name) => emitShape(name, subjectOf.get(name) ?? "")),
    ...operations.map(emitEndpoint),
    comment(about, 0).trimEnd(),
    `export const ${list}: readonly Endpoint[] = [\n${names.join("")}];\n`,
  ].join("\n");
}

function shapesOf({ query, body, response }: Operation): readonly string[] {
  return [query?.schema, body?.schema, response].filter((name) => name !== undefined);
}

function emitEndpoint(operation: Operation): string {
  const { source, query, body, response } = operation;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["name", JSON.stringify(source.id)],
    ["method", JSON.stringify(source.method.toUpperCase())],
    ["path", JSON.stringify(source.path)],
    ["host", JSON.stringify(source.host)],
    ["environment", JSON.stringify(source.environment)],
    ["retry", JSON.stringify(source.retry)],
    ["status", String(source.success.status)],
    ["docs", JSON.stringify(source.docs)],
    ["query", query && shapeName(query.schema)],
    ["body", body && shapeName(body.schema)],
    ["response", response && shapeName(response)],
  ];
  const lines = fields.flatMap(([key, text]) =>
    text === undefined ? [] : [`  ${key}: ${text},\n`],
  );
  const head = `export const ${constantName(source.id)}: `;
  const type = endpointType(inputType(operation), response ?? "undefined", head);
  return `${comment(sentence(source.summary), 0)}${head}${type} = {\n${lines.join("")}};\n`;
}

function endpointType(input: string, output: string, head: string): string {
  const line = `Endpoint<${input}, ${output}>`;
  return fits(0, `${head}${line} = {`) ? line : `Endpoint<\n  ${input},\n  ${output}\n>`;
}

/** The type of the parts of a call that vary. */
function inputType({ pathParameters, query, body }: Operation): string {
  const path = pathParameters.map(({ name }) => `readonly ${name}: string`).join("; ");
  const parts = [
    ...(path === "" ? [] : [`readonly path: { ${path} }`]),
    ...(query === undefined ? [] : [`readonly query${mark(query.required)}: ${query.schema}`]),
    ...(body === undefined ? [] : [`readonly body${mark(body.required)}: ${body.schema}`]),
  ];
  return parts.length === 0 ? "Record<never, never>" : `{ ${parts.join("; ")} }`;
}

const mark = (required: boolean): string => (required ? "" : "?");

const sentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);
