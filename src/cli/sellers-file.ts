/**
 * Sellers from a file: CSV, where each column is a field of the API, or JSON lines.
 *
 * | column                                  | means                                             |
 * |-----------------------------------------|---------------------------------------------------|
 * | `identifier`                            | the platform's own reference                      |
 * | `account_details.…[0].…`                | a field by its path; lists count from 0           |
 * | `file:account_details.….front_file_id`  | a file to upload, whose id goes there             |
 * | `agree_to_terms`                        | whether the customer agrees, after submission     |
 *
 * Empty cells are left out. A cell is read as the type of its field: `true`, `TRUE` and `yes` are the
 * same where a boolean is expected, and strings elsewhere. Files to upload are in the folder of the
 * sellers file or below it, unless another folder is given.
 */

import { dirname } from "node:path";
import { printable } from "../checks/printable.js";
import type { Seller } from "../onboarding/types.js";
import { nodeAt, type SchemaNode } from "../report/issues.js";
import { CsvError, type CsvRow, readCsv } from "./csv.js";
import { type FindFile, fileFinder } from "./find-file.js";
import { UsageError } from "./flags.js";
import { type Forms, loadForms, splitDetails } from "./split-details.js";
import { partsOf, pick, problemWithPath, problemWithTree, put, type Tree } from "./tree.js";

/** A seller and its line in the file. */
export interface FiledSeller {
  readonly line: number;
  readonly seller: Seller;
}

/** A problem in a line, and the field it is in, if any. */
export interface FileProblem {
  readonly line: number;
  readonly path?: string | undefined;
  readonly message: string;
}

export interface SellersFile {
  readonly sellers: readonly FiledSeller[];
  /** Problems of lines that yield no seller. */
  readonly problems: readonly FileProblem[];
}

/**
 * @param filesFolder where the files to upload are; default: the folder of the sellers file
 * @throws UsageError for a file that is not a table of sellers at all
 */
export async function readSellers(
  path: string,
  text: string,
  filesFolder: string = dirname(path),
): Promise<SellersFile> {
  const findFile = fileFinder(filesFolder);
  const problems: FileProblem[] = [];
  const tell = (problem: FileProblem): void => void problems.push(problem);
  try {
    const json = /\.(jsonl|ndjson)$/i.test(path);
    const entries = json ? readLines(text, tell) : await readTable(text, tell);
    const forms = await loadForms();
    const sellers = entries.flatMap((entry) => sellerOf(entry, findFile, forms, tell));
    return { sellers, problems };
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`cannot read ${path}: ${error.message}`);
    throw error;
  }
}

type Tell = (problem: FileProblem) => void;

/** A seller as written in the file. */
interface Entry {
  readonly line: number;
  readonly fields: Tree;
  /** Paths in `fields` whose value is a file name. */
  readonly files: readonly string[];
}

async function readTable(text: string, tell: Tell): Promise<readonly Entry[]> {
  const [header, ...rows] = readCsv(text);
  const columns = await readHeader(header);
  return rows.flatMap(({ line, cells }) => {
    if (cells.length !== columns.length) {
      tell({ line, message: `has ${cells.length} cells, expected ${columns.length}` });
      return [];
    }
    const fields: Tree = {};
    const files: string[] = [];
    columns.forEach(({ path, isFile, read }, index) => {
      const value = cells[index];
      if (value === undefined || value === "") return;
      if (isFile) files.push(path);
      put(fields, path, read(value));
    });
    return [{ line, fields, files }];
  });
}

interface Column {
  readonly path: string;
  readonly isFile: boolean;
  readonly read: (cell: string) => unknown;
}

async function readHeader(header: CsvRow | undefined): Promise<readonly Column[]> {
  if (!header?.cells.some((name) => name.trim() === "identifier")) {
    const message = "has no column identifier, expected the names of the columns";
    throw new CsvError(1, `${message}, with commas, semicolons or tabs between them`);
  }
  const { AccountCreateParams, AccountUpdateParams } = await import("../generated/accounts.js");
  const shapes = [AccountUpdateParams, AccountCreateParams] as unknown as readonly SchemaNode[];
  const taken: string[] = [];
  return header.cells.map((name) => {
    const [, kind, path = ""] = /^(?:(file):)?(.*)$/.exec(name.trim()) ?? [];
    const other = taken.find((one) => one === path || isWithin(one, path) || isWithin(path, one));
    const { line } = header;
    const problem = problemWithPath(path);
    if (problem) throw new CsvError(line, `has a column "${printable(name)}", ${problem}`);
    if (other === path) throw new CsvError(line, `has the column ${printable(path)} twice`);
    if (other) {
      const both = `${printable(other)} and ${printable(path)}`;
      throw new CsvError(line, `has the columns ${both}, expected one`);
    }
    taken.push(path);
    const isFile = kind === "file";
    return { path, isFile, read: isFile ? String : readerOf(typeAt(shapes, path)) };
  });
}

function isWithin(path: string, whole: string): boolean {
  return path.startsWith(whole) && /^[.[]/.test(path.slice(whole.length));
}

/** The type that the API expects at a path; undefined if there is none. */
function typeAt(shapes: readonly SchemaNode[], path: string): string | undefined {
  if (path === "agree_to_terms") return "boolean";
  for (const shape of shapes) {
    const type = nodeAt(shape, partsOf(path))?._zod.def.type;
    if (type !== undefined) return type;
  }
  return undefined;
}

/**
 * A cell that is not of its type stays a string, and is refused by validation like any other misfit.
 */
function readerOf(type: string | undefined): (cell: string) => unknown {
  if (type === "boolean") {
    return (cell) =>
      /^\s*(true|yes)\s*$/i.test(cell) ? true : /^\s*(false|no)\s*$/i.test(cell) ? false : cell;
  }
  if (type === "number") {
    return (cell) => (/^\s*-?\d+(\.\d+)?\s*$/.test(cell) ? Number(cell) : cell);
  }
  return (cell) => cell;
}

/** One object per line, with the members of `accounts.create` and `files`, a list of paths. */
function readLines(text: string, tell: Tell): readonly Entry[] {
  return text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap((source, index) => {
      if (source.trim() === "") return [];
      const line = index + 1;
      const object = parseObject(source);
      if (!object) {
        tell({ line, message: "is not a JSON object" });
        return [];
      }
      const problem = problemWithTree(object);
      if (problem) {
        tell({ line, message: problem });
        return [];
      }
      const { files, ...fields } = object;
      return [{ line, fields, files: Array.isArray(files) ? files.map(String) : [] }];
    });
}

function parseObject(source: string): Tree | undefined {
  try {
    const value: unknown = JSON.parse(source);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Tree;
  } catch {
    // The caller reports it, without quoting the line: it holds personal data.
  }
  return undefined;
}

/**
 * Builds the seller: `accounts.create` gets what is needed to open the account and what only it takes,
 * `update` the rest, with the file ids.
 */
function sellerOf(
  { line, fields, files }: Entry,
  findFile: FindFile,
  forms: Forms,
  tell: Tell,
): readonly FiledSeller[] {
  const { identifier, account_details, agree_to_terms = false, ...rest } = fields;
  if (typeof agree_to_terms !== "boolean") {
    tell({ line, path: "agree_to_terms", message: "is not a boolean, expected true or false" });
  }
  const problem = problemWithIdentifier(identifier);
  if (problem) {
    tell({ line, path: "identifier", message: problem });
    return [];
  }
  const sources = new Map<string, string>();
  for (const path of files) {
    const found = problemWithPath(path) ?? findFile(pick(fields, path));
    if (typeof found === "string") tell({ line, path, message: found });
    else sources.set(path, found.path);
  }
  const { first, later } = splitDetails({ account_details: account_details ?? {} }, forms);
  for (const path of sources.keys()) {
    if (pick(later, path) !== undefined) continue;
    tell({
      line,
      path,
      message: "cannot be a file, as only accounts.create takes it: give its id",
    });
  }
  const update = (fileIds: Readonly<Record<string, string>>): object => {
    const whole = structuredClone(later);
    for (const path of sources.keys()) put(whole, path, fileIds[path]);
    return whole;
  };
  // The client checks every field before it is sent, and says which one does not fit.
  const seller: Seller = {
    identifier: identifier as string,
    create: { ...rest, ...first } as Seller["create"],
    files: Object.fromEntries(sources),
    update: update as Seller["update"],
    agreeToTerms: agree_to_terms === true,
  };
  return [{ line, seller }];
}

/** Why a value cannot be the identifier of a seller; undefined if it can. */
function problemWithIdentifier(value: unknown): string | undefined {
  if (typeof value !== "string" || value.trim() === "") {
    return "is missing, expected your own reference";
  }
  // Once the space is gone, another run would take it for a different seller.
  if (value !== value.trim()) return "begins or ends with a space, expected none";
  return printable(value) === value
    ? undefined
    : "has a character that cannot be seen, expected none";
}
