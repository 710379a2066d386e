/**
 * Sellers from a file: CSV, where each column is a field of the API, or JSON lines.
 *
 * | column                                  | means                                             |
 * |-----------------------------------------|---------------------------------------------------|
 * | `identifier`                            | the platform's own reference                      |
 * | `account_details.…[0].…`                | a field by its path; lists count from 0           |
 * | `file:account_details.….front_file_id`  | a file to upload, whose id goes there             |
 * | `number:account_details.…`              | a field that is a number, not a text              |
 *
 * An empty cell is left out; `true` and `false` are no texts. Paths of files are relative to the file.
 */

import { dirname, resolve } from "node:path";
import type { Seller } from "../resources/onboarding-types.js";
import { CsvError, readCsv } from "./csv.js";
import { UsageError } from "./usage-error.js";

/** @throws UsageError naming the line that cannot be read */
export function readSellers(path: string, text: string): readonly Seller[] {
  const directory = dirname(resolve(path));
  try {
    const entries = /\.(jsonl|ndjson)$/i.test(path) ? readLines(text) : readTable(text);
    return entries.map((entry) => sellerOf(entry, directory));
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`cannot read ${path}: ${error.message}`);
    throw error;
  }
}

/** A seller as it is written down. */
interface Entry {
  readonly line: number;
  readonly fields: Tree;
  /** Paths in `fields` that hold the name of a file. */
  readonly files: readonly string[];
}

type Tree = Record<string, unknown>;

function readTable(text: string): readonly Entry[] {
  const [header, ...rows] = readCsv(text);
  if (!header?.cells.includes("identifier")) {
    throw new CsvError(1, "has no column identifier, expected the names of the columns");
  }
  return rows.map(({ line, cells }) => {
    if (cells.length !== header.cells.length) {
      throw new CsvError(line, `has ${cells.length} cells, expected ${header.cells.length}`);
    }
    const fields: Tree = {};
    const files: string[] = [];
    header.cells.forEach((column, index) => {
      const value = cells[index];
      if (value === undefined || value === "") return;
      const [, kind, path = ""] = /^(?:(file|number):)?(.*)$/.exec(column) ?? [];
      if (kind === "file") files.push(path);
      put(fields, path, kind === "number" ? Number(value) : textOrBoolean(value));
    });
    return { line, fields, files };
  });
}

/** One object for each line, with the members of `accounts.create`, and `files`: a list of paths. */
function readLines(text: string): readonly Entry[] {
  return text.split("\n").flatMap((source, index) => {
    if (source.trim() === "") return [];
    const line = index + 1;
    const { files, ...fields } = parseObject(source, line);
    return [{ line, fields, files: Array.isArray(files) ? files.map(String) : [] }];
  });
}

function parseObject(source: string, line: number): Tree {
  try {
    const value: unknown = JSON.parse(source);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Tree;
  } catch {
    // Told below, without the line itself: it holds personal data.
  }
  throw new CsvError(line, "is no JSON object");
}

function textOrBoolean(text: string): string | boolean {
  return text === "true" || text === "false" ? text === "true" : text;
}

/** What `accounts.create` is sent; all of `account_details` follows with the ids of the files. */
function sellerOf({ line, fields, files }: Entry, directory: string): Seller {
  const { identifier, account_details, agree_to_terms, ...rest } = fields;
  if (typeof identifier !== "string" || identifier === "") {
    throw new CsvError(line, "has no identifier");
  }
  const sources = files.map((path) => [path, resolve(directory, String(pick(fields, path)))]);
  const details = account_details as Tree | undefined;
  const name = pick(fields, "account_details.business_details.business_name");
  const type = details?.["legal_entity_type"];
  const first = {
    ...(type !== undefined && { legal_entity_type: type }),
    ...(name !== undefined && { business_details: { business_name: name } }),
  };
  const update = (fileIds: Readonly<Record<string, string>>): object => {
    const whole = structuredClone({ account_details: details ?? {} });
    for (const path of files) put(whole, path, fileIds[path]);
    return whole;
  };
  // The client checks every field before it is sent, and says which one does not fit.
  return {
    identifier,
    create: { ...rest, account_details: first } as Seller["create"],
    files: Object.fromEntries(sources),
    update: update as Seller["update"],
    agreeToTerms: agree_to_terms === true,
  };
}

function partsOf(path: string): readonly (string | number)[] {
  return path
    .split(/\.|\[(\d+)\]/)
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function put(tree: object, path: string, value: unknown): void {
  const parts = partsOf(path);
  let node = tree as Record<string | number, unknown>;
  for (const [index, part] of parts.entries()) {
    if (part === "__proto__") return;
    if (index === parts.length - 1) node[part] = value;
    else {
      node[part] ??= typeof parts[index + 1] === "number" ? [] : {};
      node = node[part] as Record<string | number, unknown>;
    }
  }
}

function pick(tree: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null
        ? (node as Record<string | number, unknown>)[part]
        : undefined,
    tree,
  );
}
