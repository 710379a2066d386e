/**
 * Checks that the schemas cover the vendor's account model, one row of account-model.tsv per field: the
 * field exists, has the right kind and all enum values, and is required where the vendor says so.
 * Anything a schema has beyond the model must name its origin in `x-source`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly "x-model"?: string | readonly string[];
  readonly "x-source"?: string;
}

/** Members that the vendor's model requires, but some responses cannot have. */
const SOMETIMES_ABSENT: ReadonlySet<string> = new Set([
  // A link of mode oauth2 has no scale_connect.
  "AccountLinkResApiDto.scale_connect",
]);

const folder = new URL("../spec/schemas/", import.meta.url);
const schemas = new Map<string, Schema>();
for (const file of readdirSync(folder)) {
  const named: Record<string, Schema> = parse(readFileSync(new URL(file, folder), "utf8"));
  for (const [name, schema] of Object.entries(named)) schemas.set(name, schema);
}

const byModel = new Map<string, Schema>();
for (const schema of schemas.values()) {
  for (const model of modelsOf(schema)) byModel.set(model, schema);
}

const tsv = readFileSync(new URL("account-model.tsv", import.meta.url), "utf8");
const rows = tsv.trimEnd().split("\n").slice(1);
const modelled = new Set<string>();
let missing = 0;
for (const row of rows) {
  const [model = "", field = "", type = "", required = "", values = ""] = row.split("\t");
  modelled.add(model).add(`${model}.${field}`);
  const schema = byModel.get(model);
  const reason =
    mismatch(schema?.properties?.[field], type, values) ??
    (required !== "" &&
    !schema?.required?.includes(field) &&
    !SOMETIMES_ABSENT.has(`${model}.${field}`)
      ? "not required"
      : undefined);
  if (reason === undefined) continue;
  missing += 1;
  console.log(`missing ${model}.${field} (${reason})`);
}

const unknown: string[] = [];
for (const [name, schema] of schemas) {
  const models = modelsOf(schema);
  for (const model of models) if (!modelled.has(model)) unknown.push(`${name} (x-model ${model})`);
  for (const [field, member] of Object.entries(schema.properties ?? {})) {
    const sourced = (member["x-source"] ?? schema["x-source"]) !== undefined;
    if (!sourced && !models.some((model) => modelled.has(`${model}.${field}`))) {
      unknown.push(`${name}.${field} (not in the model, no x-source)`);
    }
  }
}
for (const problem of unknown) console.log(`unknown ${problem}`);

console.log(`${rows.length} rows, ${rows.length - missing} covered, ${missing} missing`);
process.exitCode = missing + unknown.length === 0 ? 0 : 1;

/** Why a member does not have the type given in the model, or undefined if it does. */
function mismatch(member: Schema | undefined, type: string, values: string): string | undefined {
  if (member === undefined) return "no such member";
  const schema = resolve(member);
  if (type.endsWith("[]")) {
    return schema.type === "array"
      ? mismatch(schema.items, type.slice(0, -2), values)
      : "not an array";
  }
  if (type === "enum" || type.endsWith("Enum")) {
    if (schema.enum === undefined) return "not an enum";
    const absent = values.match(/\S+/g)?.filter((value) => !schema.enum?.includes(value)) ?? [];
    return absent.length === 0 ? undefined : `without ${absent.join(", ")}`;
  }
  if (type.startsWith("{")) return schema.additionalProperties ? undefined : "not a map";
  const types = [schema.type ?? []].flat().map((one) => (one === "integer" ? "number" : one));
  const kinds = [...types, ...modelsOf(schema)];
  return kinds.includes(type) ? undefined : `not a ${type}`;
}

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split("#/")[1];
  return name === undefined ? schema : (schemas.get(name) ?? {});
}

function modelsOf(schema: Schema): readonly string[] {
  return [schema["x-model"] ?? []].flat();
}
