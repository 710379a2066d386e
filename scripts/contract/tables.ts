/** The tables of spec/contract/, as text and as rows; spec/README.md says what their columns mean. */

import type { Limits } from "./contract.js";

export interface OperationRow {
  /** Method and path. */
  readonly operation: string;
  /** Absent when only the name is kept. */
  readonly facts?: {
    readonly oauth: boolean;
    readonly body?: { readonly required: boolean; readonly type: string };
    readonly status: number;
    readonly answer?: string;
    /** Error codes by HTTP status. */
    readonly errors: ReadonlyMap<string, readonly string[]>;
  };
  readonly textHash: string;
}

export interface FieldRow {
  /** The name of a schema, or an operation and its part: `GET /api/v1/accounts query`. */
  readonly schema: string;
  /** A path within it: `store_details.store_photos[].file_id`; `.` is the schema itself. */
  readonly field: string;
  /** `string`, `string(date)`, `array<ref:Account>`, `map<string>`. */
  readonly type: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly limits: Limits;
  readonly values: readonly string[];
  readonly textHash: string;
}

/** What only the text of a description says. */
export type ProseRow = Pick<FieldRow, "schema" | "field" | "required" | "limits" | "values">;

export interface Tables {
  readonly version: string;
  readonly operations: readonly OperationRow[];
  readonly fields: readonly FieldRow[];
  /** Kept by hand, and laid over the fields. */
  readonly prose: readonly ProseRow[];
}

/** The texts of the three files. */
export interface TableTexts {
  readonly operations: string;
  readonly fields: string;
  readonly prose: string;
}

export const tableNames: Readonly<Record<keyof TableTexts, string>> = {
  operations: "operations.tsv",
  fields: "fields.tsv",
  prose: "prose.tsv",
};

const heads: TableTexts = {
  operations: "operation\toauth\tbody\tstatus\tanswer\terrors\ttext",
  fields: "schema\tfield\ttype\trequired\tread_only\tlimits\tvalues\ttext",
  prose: "schema\tfield\trequired\tlimits\tvalues",
};

const title = "# Airwallex Client API";

export function parseTables({ operations, fields, prose }: TableTexts): Tables {
  return {
    version: operations.split("\n", 1)[0]?.slice(title.length + 1) ?? "",
    operations: cells(operations).map(parseOperation),
    fields: cells(fields).map(
      ([
        schema = "",
        field = "",
        type = "",
        required,
        readOnly,
        limits,
        values,
        textHash = "",
      ]) => ({
        ...{ schema, field, type, textHash },
        ...{ required: required === "yes", readOnly: readOnly === "yes" },
        ...{ limits: parseLimits(limits), values: words(values) },
      }),
    ),
    prose: cells(prose).map(([schema = "", field = "", required, limits, values]) => ({
      ...{ schema, field, required: required === "yes" },
      ...{ limits: parseLimits(limits), values: words(values) },
    })),
  };
}

export function printTables({ version, operations, fields, prose }: Tables): TableTexts {
  const table = (name: keyof TableTexts, rows: readonly (readonly string[])[]) =>
    [heads[name], ...rows.map((row) => row.join("\t").trimEnd()), ""].join("\n");
  return {
    operations: `${title} ${version}\n${table("operations", operations.map(operationCells))}`,
    fields: table(
      "fields",
      fields.map((row) => [row.schema, row.field, row.type, ...factCells(row)]),
    ),
    prose: table(
      "prose",
      prose.map(({ schema, field, required, limits, values }) => {
        return [schema, field, yes(required), printLimits(limits), values.join(" ")];
      }),
    ),
  };
}

function parseOperation(row: readonly string[]): OperationRow {
  const [operation = "", oauth, body = "", status = "", answer = "", errors, textHash = ""] = row;
  if (status === "") return { operation, textHash };
  const [type = "", required] = body.split(" ");
  const codes = words(errors).map((entry) => {
    const [key = "", list = ""] = entry.split("=");
    return [key, list.split(",")] as const;
  });
  const facts = {
    ...{ oauth: oauth === "yes", status: Number(status), errors: new Map(codes) },
    ...(type !== "" && { body: { type, required: required === "required" } }),
    ...(answer !== "" && { answer }),
  };
  return { operation, facts, textHash };
}

function operationCells({ operation, facts, textHash }: OperationRow): readonly string[] {
  if (facts === undefined) return [operation];
  const { oauth, body, status, answer = "", errors } = facts;
  const codes = [...errors].map(([key, list]) => `${key}=${list.join(",")}`);
  const bodyCell = body === undefined ? "" : body.required ? `${body.type} required` : body.type;
  return [operation, yes(oauth), bodyCell, String(status), answer, codes.join(" "), textHash];
}

function factCells({ required, readOnly, limits, values, textHash }: FieldRow): readonly string[] {
  return [yes(required), yes(readOnly), printLimits(limits), values.join(" "), textHash];
}

/** `maxItems=50;maxLength=36` */
function parseLimits(text = ""): Limits {
  const entries = text.split(";").filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf("=");
      const value = entry.slice(at + 1);
      return [entry.slice(0, at), entry.startsWith("pattern=") ? value : Number(value)];
    }),
  );
}

const printLimits = (limits: Limits): string =>
  Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(";");

/** The cells of every row below the head. */
function cells(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.slice(1).map((line) => line.split("\t"));
}

const yes = (flag: boolean): string => (flag ? "yes" : "");

const words = (text = ""): readonly string[] => text.split(" ").filter(Boolean);
