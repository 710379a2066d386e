/** Writes the endpoint table: every operation as data. */

import { rowDefaults } from "../../src/schemas/endpoint-table.js";
import { importShapes, subjectsOf } from "./emit-shapes.js";
import { comment, fits, header, importNames, memberKey } from "./layout.js";
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
      importNames(["createEndpointTable"], "../schemas/endpoint-table.js"),
    ),
    emitTable(model, subjectOf),
    emitModules(subjectsOf(shapes, subjectOf)),
    ...model.operations.map(emitEndpoint),
    "/** Every endpoint, in the order of the description. */",
    `export const endpoints: readonly Endpoint[] = [\n${names.map((name) => `  ${name},\n`).join("")}];\n`,
  ].join("\n");
}

/** The table as text, a row per line: see src/schemas/endpoint-table.ts. */
function emitTable(model: Model, subjectOf: ReadonlyMap<string, string>): string {
  const rows = model.operations.map(
    (operation) => `${JSON.stringify(operation.source.id)}:${rowOf(operation, model, subjectOf)}`,
  );
  const text = rows.join(",\n").replaceAll(/[\\`$]/g, "\\$&");
  return `const rows = \`{\n${text}\n}\`;\n`;
}

function emitModules(subjects: readonly string[]): string {
  const imports = subjects.map((one) => `    ${memberKey(one)}: () => import("./${one}.js"),\n`);
  return [
    "const endpoint = createEndpointTable(rows, {\n",
    '  predicates: () => import("./guards.js"),\n',
    `  schemas: () => ({\n${imports.join("")}  }),\n});\n`,
  ].join("");
}

function shapesOf({ query, body, response }: Operation): readonly string[] {
  return [query?.schema, body?.schema, response].filter((name) => name !== undefined);
}

/** What has its default is left out. */
function rowOf(
  { source, query, body, response }: Operation,
  model: Model,
  subjectOf: ReadonlyMap<string, string>,
): string {
  const place = (name: string | undefined) => name && `${subjectOf.get(name)}/${name}`;
  const { host, environment, success } = source;
  return JSON.stringify({
    method: source.method.toUpperCase(),
    path: source.path,
    host: host === rowDefaults.host ? undefined : host,
    environment: environment === rowDefaults.environment ? undefined : environment,
    retry: source.retry,
    sca: source.sca,
    status: success.status === rowDefaults.status ? undefined : success.status,
    docs: source.docs,
    query: place(query?.schema),
    repeated: source.query?.repeated.length ? source.query.repeated : undefined,
    body: place(body?.schema),
    bodyOptional: body?.required === false ? true : undefined,
    response: place(response),
    mustHave: response && namesOfAnswer(response, model),
  });
}

function emitEndpoint(operation: Operation): string {
  const { source, response } = operation;
  const head = `export const ${constantName(source.id)}: `;
  const made = `/* @__PURE__ */ endpoint("${source.id}");`;
  const type = endpointType(inputType(operation), response ?? "undefined", `${head}${made}`);
  return `${comment(sentence(source.summary), 0)}${head}${type} = ${made}\n`;
}

/**
 * The members by which an answer is known: its own id or items, or else whatever it must have, or any that it
 * may have; none for a list.
 */
function namesOfAnswer(name: string, model: Model): readonly string[] | undefined {
  const node = model.schemas.find((schema) => schema.name === name)?.node;
  if (node?.kind === "ref") return namesOfAnswer(node.name, model);
  if (node?.kind === "array") return [];
  if (node?.kind !== "object") return undefined;
  const required = node.members.filter(({ optional }) => !optional).map((member) => member.name);
  // `conversion_id` of a Conversion: a page of a proxy may have a `status` or a `request_id` too.
  const key = ["id", "items", `${name.toLowerCase()}_id`].find((one) => required.includes(one));
  if (key !== undefined) return [key];
  return required.length > 0 ? required : node.members.map(({ name }) => name);
}

function endpointType(input: string, output: string, rest: string): string {
  const line = `Endpoint<${input}, ${output}>`;
  return fits(0, `${rest}${line} = `) ? line : `Endpoint<\n  ${input},\n  ${output}\n>`;
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
