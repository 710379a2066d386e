/** Turns tables back into an OpenAPI document. */

import { groupBy } from "../../../scripts/contract/build.js";
import type { FieldRow, OperationRow, Tables } from "../../../scripts/contract/tables.js";

type Raw = Record<string, unknown>;

/** The document that the tables could have been read from, without its texts. */
export function documentOf({ version, operations, fields }: Tables): Raw {
  const bySchema = groupBy(fields, ({ schema }) => schema);
  const paths: Record<string, Raw> = {};
  for (const row of operations) {
    const [method = "", path = ""] = row.operation.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(row, bySchema) };
  }
  const schemas = [...bySchema].filter(([name]) => !name.includes(" "));
  return {
    openapi: "3.1.0",
    info: { title: "Tables", version },
    paths,
    components: {
      schemas: Object.fromEntries(schemas.map(([name, rows]) => [name, schemaOf(rows)])),
    },
  };
}

function operationOf(
  { operation, facts }: OperationRow,
  bySchema: ReadonlyMap<string, readonly FieldRow[]>,
): Raw {
  if (facts === undefined) return { tags: ["names"], responses: { 200: {} } };
  const rows = (part: string) => bySchema.get(`${operation} ${part}`) ?? [];
  const content = (type: string, part: string) => ({
    content: {
      [type === "multipart" ? "multipart/form-data" : "application/json"]: {
        schema: typed(type, membersOf(rows(part), "")),
      },
    },
  });
  const parameters = ["query", "header"].flatMap((place) =>
    rows(place).map((row) => {
      return { name: row.field, in: place, required: row.required, schema: fieldOf(row, []) };
    }),
  );
  const errors = [...facts.errors].map(([status, codes]) => {
    return [status, { description: codes.map((code) => `\`${code}\``).join(", ") }];
  });
  return {
    parameters,
    ...(facts.body && {
      requestBody: { required: facts.body.required, ...content(facts.body.type, "request") },
    }),
    responses: {
      [facts.status]: facts.answer === undefined ? {} : content(facts.answer, "answer"),
      ...Object.fromEntries(errors),
    },
    "x-oauthSupported": facts.oauth,
  };
}

function schemaOf(rows: readonly FieldRow[]): Raw {
  const itself = rows.find(({ field }) => field === ".");
  const rest = rows.filter((row) => row !== itself);
  return itself === undefined ? membersOf(rest, "") : fieldOf(itself, rest, "");
}

function membersOf(rows: readonly FieldRow[], prefix: string): Raw {
  const own = rows.filter(({ field }) => !field.slice(prefix.length).includes("."));
  if (own.length === 0) return { type: "object" };
  return {
    type: "object",
    required: own.filter(({ required }) => required).map(({ field }) => field.slice(prefix.length)),
    properties: Object.fromEntries(
      own.map((row) => {
        const marks = [...row.type.matchAll(/(array|map)</g)].map(([, kind]) =>
          kind === "array" ? "[]" : "{}",
        );
        const path = `${row.field}${marks.join("")}.`;
        const inner = rows.filter(({ field }) => field.startsWith(path));
        return [row.field.slice(prefix.length), fieldOf(row, inner, path)];
      }),
    ),
  };
}

function fieldOf(row: FieldRow, inner: readonly FieldRow[], path = ""): Raw {
  const facts = { ...row.limits, ...(row.values.length > 0 && { enum: row.values }) };
  return {
    ...typed(row.type, membersOf(inner, path), facts),
    ...(row.readOnly && { readOnly: true }),
  };
}

/** Limits and values belong to the innermost type, but for those that say which list they limit. */
function typed(type: string, object: Raw, facts: Raw = {}): Raw {
  const [, outer, inner = ""] = /^(array|map)<(.*)>$/.exec(type) ?? [];
  if (outer !== undefined) {
    const { maxItems, minItems, maxProperties, maxKeyLength, ...rest } = facts;
    const of = typed(inner, object, rest);
    return outer === "array"
      ? { type: "array", minItems, maxItems, items: of }
      : {
          ...{ type: "object", maxProperties, additionalProperties: of },
          ...(maxKeyLength !== undefined && { propertyNames: { maxLength: maxKeyLength } }),
        };
  }
  if (type.startsWith("ref:")) return { $ref: `#/components/schemas/${type.slice(4)}` };
  if (type === "object") return { ...object, ...facts };
  if (type === "any" || type === "multipart") return facts;
  const [, name, format] = /^([a-z]+)(?:\((.*)\))?$/.exec(type) ?? [];
  return { type: name, ...(format !== undefined && { format }), ...facts };
}
