/** Reads bodies and queries, and checks them against the schema of the endpoint. */

import { withoutNulls } from "../../checks/values.js";
import type { Shape } from "../../schemas/shape.js";
import {
  type FieldProblem,
  invalidProblem,
  Refusal,
  refuseFields,
  requiredProblem,
} from "./refusal.js";

/** An empty body counts as an empty object. @throws Refusal for invalid JSON. */
export function readJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    if (!isTooDeep(text)) return JSON.parse(text);
  } catch {
    throw new Refusal(400, "bad_request", "The request body is not valid JSON.");
  }
  const message = `The request body is nested more than ${maxDepth} levels deep.`;
  throw new Refusal(400, "bad_request", message);
}

/** More than any request needs. Without a limit, a body of brackets would exhaust the stack. */
const maxDepth = 200;

/** Counts brackets, without those in texts, before anything is built of them. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length && depth <= maxDepth; at++) {
    const mark = json[at];
    if (mark === "\\") at++;
    else if (mark === '"') isText = !isText;
    else if (isText) continue;
    else if (mark === "[" || mark === "{") depth++;
    else if (mark === "]" || mark === "}") depth--;
  }
  return depth > maxDepth;
}

/** An OAuth 2 form, in which a parameter without a value counts as omitted. */
export function readForm(body: Uint8Array): unknown {
  const given = new URLSearchParams(new TextDecoder().decode(body));
  return Object.fromEntries([...given].filter(([, value]) => value !== ""));
}

/** A parameter without a value counts as omitted; unknown ones are ignored. */
/** The names of parameters that are not plain text. */
interface QueryKinds {
  readonly lists?: readonly string[];
  readonly flags?: readonly string[];
}

export async function readQuery<T extends object>(
  shape: Shape<T> | undefined,
  query: URLSearchParams,
  { lists = [], flags = [] }: QueryKinds = {},
): Promise<T> {
  if (shape === undefined) return {} as T;
  const given = [...query].filter(([, value]) => value !== "");
  const typed = given.map(([name, value]) => {
    if (isCount(name)) return [name, Number(value)];
    if (flags.includes(name) && /^(true|false)$/.test(value)) return [name, value === "true"];
    // Joined with commas, or each as a parameter of its own.
    return [name, lists.includes(name) ? query.getAll(name).join().split(",") : value];
  });
  return await accept(shape, Object.fromEntries(typed));
}

function isCount(name: string): boolean {
  return name === "page_num" || name === "page_size";
}

/**
 * Checks a value against a schema. Unknown members and null members are dropped.
 *
 * @param code Code of the refusal; default that of the first field.
 * @throws Refusal that names every missing or invalid field.
 */
export async function accept<T>(shape: Shape<T>, input: unknown, code?: string): Promise<T> {
  const value = withoutNulls(input);
  if (await shape.fits(value)) return value as T;
  const schema = await shape.schema();
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") drop(value, issue.path, issue.keys);
  }
  const problems = schema.safeParse(value).error?.issues ?? [];
  const [first, ...rest] = problems.map((issue) => toProblem(value, issue));
  if (first) throw refuseFields([first, ...rest], code);
  return value as T;
}

type Path = readonly PropertyKey[];

function drop(value: unknown, path: Path, keys: readonly string[]): void {
  const holder = follow(value, path);
  if (typeof holder !== "object" || holder === null) return;
  for (const key of keys) Reflect.deleteProperty(holder, key);
}

function follow(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return at;
}

function toProblem(
  value: unknown,
  { path, message }: { readonly path: Path; readonly message: string },
): FieldProblem {
  const source = write(path);
  if (follow(value, path) === undefined) return requiredProblem(source);
  return invalidProblem(source, message.replace(/^Invalid \w+: /, ""));
}

/** `account_details.business_person_details[0].roles` */
function write(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? String(step) : `.${String(step)}`;
  }
  return text === "" ? "body" : text;
}
