/** Reads one operation of the description. */

import { type Fields, readFields } from "./fields.js";
import { Problem } from "./problem.js";
import { readMember } from "./read-schema.js";
import { type Files, findSchemas, lookUp, resolveReference, resolveSchema } from "./references.js";
import { retryClasses, type SourceMember, type SourceOperation } from "./source.js";

/** Where an operation is defined, and the files its references lead to. */
export interface Place {
  readonly files: Files;
  readonly file: string;
  readonly subject: string;
  readonly method: SourceOperation["method"];
  readonly path: string;
  readonly where: string;
}

export function readOperation(raw: unknown, place: Place): SourceOperation {
  const { where, path, method, file, subject } = place;
  const fields = readFields(raw, where);
  const parameters = readParameters(fields, place);
  const query = readQuery(parameters);
  const requestBody = fields.child("requestBody");
  const body = readBody(requestBody, place);
  if (query && body) throw new Problem(where, "has a query and a body, expected one of them");
  const docs = fields.requireChild("externalDocs").requireText("url");
  // Published as written, and checked by the linter.
  for (const key of ["description", "tags", "security", "servers"]) fields.any(key);

  const operation: SourceOperation = {
    ...{ where, path, method, file, subject, docs },
    id: fields.requireText("operationId"),
    summary: fields.requireText("summary"),
    host: fields.oneOf("x-host", ["files"]) ?? "api",
    ...readRetry(fields),
    caller: fields.oneOf("x-caller", ["client"]) ?? "method",
    params: fields.oneOf("x-params", ["by-hand"]) ?? "generated",
    oauth: fields.flag("x-oauth"),
    ...readSca(fields),
    errorCodes: fields.texts("x-error-codes") ?? [],
    pathParameters: readPathParameters(parameters, place),
    headers: membersIn(parameters, "header"),
    multipart: requestBody !== undefined && body === undefined,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    success: readSuccess(fields.requireChild("responses"), place),
    answers: findSchemas(place.files, file, fields.any("responses"), where),
    written: raw,
  };
  fields.end();
  return operation;
}

interface Parameter {
  readonly in: "path" | "query" | "header";
  readonly member: SourceMember;
  /** Whether each value of a list is a parameter of its own; otherwise they are joined with commas. */
  readonly repeats: boolean;
}

function readParameters(fields: Fields, place: Place): readonly Parameter[] {
  const written = fields.any("parameters") ?? [];
  if (!Array.isArray(written)) throw new Problem(fields.where, "parameters is not a list");
  return written.flatMap((raw: unknown, index) => {
    const parameter = readFields(raw, `${fields.where}.parameters[${index}]`);
    const shared = parameter.text("$ref");
    if (shared !== undefined) return readSharedParameter(shared, place);
    return readParameter(parameter, place);
  });
}

function readSharedParameter(text: string, place: Place): readonly Parameter[] {
  const target = resolveReference(place.files, place.file, text, place.where);
  const where = `${target.file}: ${target.keys.join(".")}`;
  return readParameter(readFields(lookUp(place.files, target), where), { ...place, ...target });
}

function readParameter(fields: Fields, place: Place): readonly Parameter[] {
  const kind = fields.oneOf("in", ["path", "query", "header"]);
  if (kind === undefined) throw new Problem(fields.where, "in is missing");
  const { where, files, file } = place;
  const resolve = (text: string) => resolveSchema(files, file, text, where);
  const name = fields.requireText("name");
  // A parameter has next to its schema what a member has inside it.
  const schema = fields.requireChild("schema");
  const joined = Object.fromEntries(schema.keys.map((key) => [key, schema.any(key)]));
  const description = fields.requireText("description");
  const required = fields.flag("required");
  const repeats = schema.any("type") === "array" && fields.any("explode") !== false;
  fields.end();
  const member = readFields({ ...joined, description }, `${where}.${name}`);
  const read = readMember(name, member, required, { resolve, sourced: false });
  return [{ in: kind, member: read, repeats }];
}

const membersIn = (parameters: readonly Parameter[], kind: Parameter["in"]) =>
  parameters.flatMap((one) => (one.in === kind ? [one.member] : []));

function readPathParameters(parameters: readonly Parameter[], { path, where }: Place) {
  const members = membersIn(parameters, "path");
  const inTemplate = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const described = members.map((member) => member.name);
  if (inTemplate.join() !== described.join()) {
    const names = described.length === 0 ? "none" : described.join(", ");
    throw new Problem(
      where,
      `the path needs ${inTemplate.join(", ")}; its parameters are ${names}`,
    );
  }
  return members;
}

function readQuery(parameters: readonly Parameter[]): SourceOperation["query"] {
  const members = membersIn(parameters, "query");
  const repeated = parameters.flatMap(({ repeats, member }) => (repeats ? [member.name] : []));
  return members.length === 0 ? undefined : { members, repeated };
}

function readBody(fields: Fields | undefined, place: Place): SourceOperation["body"] {
  if (fields === undefined) return undefined;
  const content = fields.requireChild("content");
  if (content.has("multipart/form-data")) return undefined;
  return { schema: readContent(content, place), required: fields.flag("required") };
}

function readSuccess(responses: Fields, place: Place): SourceOperation["success"] {
  const [status, another] = responses.keys.filter((key) => /^2\d\d$/.test(key));
  if (status === undefined || another !== undefined) {
    throw new Problem(place.where, "expected exactly one response for success, such as 200");
  }
  const content = responses.requireChild(status).child("content");
  const schema = content === undefined ? {} : { schema: readContent(content, place) };
  return { status: Number(status), ...schema };
}

function readSca(fields: Fields): Pick<SourceOperation, "sca"> {
  const sca = fields.oneOf("x-sca", ["read", "write"]);
  return sca === undefined ? {} : { sca };
}

/** The schema of a JSON body, which needs a name so that users can name its type. */
function readContent(content: Fields, { files, file }: Place): string {
  const fields = content.requireChild("application/json").requireChild("schema");
  const schema = resolveSchema(files, file, fields.requireText("$ref"), fields.where);
  fields.end();
  return schema;
}

/** A write that cannot be repeated under its request id says how to find out whether it was done. */
function readRetry(fields: Fields): Pick<SourceOperation, "retry" | "environment" | "whenUnknown"> {
  const retry = fields.oneOf("x-retry", retryClasses);
  if (retry === undefined) throw new Problem(fields.where, "x-retry is missing");
  const environment = fields.oneOf("x-environment", ["sandbox"]) ?? "all";
  if (environment === "sandbox" || retry === "safe") return { retry, environment };
  // An operation with a request_id needs it only where the API cannot list by that id.
  const whenUnknown =
    retry === "request_id" ? fields.text("x-when-unknown") : fields.requireText("x-when-unknown");
  return { retry, environment, ...(whenUnknown === undefined ? {} : { whenUnknown }) };
}
