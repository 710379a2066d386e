/** Writes the endpoint table: every operation as data. */

import { emitShapes, importShapes, shapeImport, shapeName } from "./emit-shapes.js";
import { comment, fits, header, importNames } from "./layout.js";
import type { Model, Operation } from "./model.js";
import { constantName } from "./names.js";

export function emitEndpoints(model: Model): string {
  const subjectOf = new Map(model.schemas.map((schema) => [schema.name, schema.subject]));
  const shapes = [...new Set(model.operations.flatMap(shapesOf))].sort();
  const names = model.operations.map(({ source }) => constantName(source.id));
  return [
    `${header}\n/** Every operation as data: the client sends by it, the emulator routes by it. */\n`,
    importShapes(shapes, subjectOf).concat(
      importNames(["Endpoint"], "../schemas/endpoint.js", true),
      shapeImport,
    ),
    ...emitShapes(shapes, subjectOf),
    ...model.operations.map((operation) => emitEndpoint(operation, model)),
    "/** Every endpoint, in the order of the description. */",
    `export const endpoints: readonly Endpoint[] = [\n${names.map((name) => `  ${name},\n`).join("")}];\n`,
  ].join("\n");
}

function shapesOf({ query, body, response }: Operation): readonly string[] {
  return [query?.schema, body?.schema, response].filter((name) => name !== undefined);
}

function emitEndpoint(operation: Operation, model: Model): string {
  const { source, query, body, response } = operation;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["name", JSON.stringify(source.id)],
    ["method", JSON.stringify(source.method.toUpperCase())],
    ["path", JSON.stringify(source.path)],
    ["host", JSON.stringify(source.host)],
    ["environment", JSON.stringify(source.environment)],
    ["retry", JSON.stringify(source.retry)],
    ["sca", source.sca && JSON.stringify(source.sca)],
    ["status", String(source.success.status)],
    ["docs", JSON.stringify(source.docs)],
    ["query", query && shapeName(query.schema)],
    ["body", body && shapeName(body.schema)],
    ["bodyOptional", body?.required === false ? "true" : undefined],
    ["response", response && shapeName(response)],
    ["mustHave", response && JSON.stringify(namesOfAnswer(response, model))],
  ];
  const lines = fields.flatMap(([key, text]) =>
    text === undefined ? [] : [`  ${key}: ${text},\n`],
  );
  const head = `export const ${constantName(source.id)}: `;
  const type = endpointType(inputType(operation), response ?? "undefined", head);
  return `${comment(sentence(source.summary), 0)}${head}${type} = {\n${lines.join("")}};\n`;
}

/**
 * The members by which an answer is known: its id or items, or else whatever it must have, or any that it
 * may have; none for a list.
 */
function namesOfAnswer(name: string, model: Model): readonly string[] | undefined {
  const node = model.schemas.find((schema) => schema.name === name)?.node;
  if (node?.kind === "ref") return namesOfAnswer(node.name, model);
  if (node?.kind === "array") return [];
  if (node?.kind !== "object") return undefined;
  const required = node.members.filter(({ optional }) => !optional).map((member) => member.name);
  const key = ["id", "items"].find((one) => required.includes(one));
  if (key !== undefined) return [key];
  return required.length > 0 ? required : node.members.map(({ name }) => name);
}

function endpointType(input: string, output: string, head: string): string {
  const line = `Endpoint<${input}, ${output}>`;
  return fits(0, `${head}${line} = {`) ? line : `Endpoint<\n  ${input},\n  ${output}\n>`;
}

/** The type of the variable parts of a call. */
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
