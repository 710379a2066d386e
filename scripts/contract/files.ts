/** The folder spec/contract/ on disk. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseTables, printTables, type Tables, type TableTexts, tableNames } from "./tables.js";

const names = Object.keys(tableNames) as readonly (keyof TableTexts)[];

export async function readTables(folder: string): Promise<Tables> {
  const read = (name: keyof TableTexts) => readFile(join(folder, tableNames[name]), "utf8");
  const [operations, fields, prose] = await Promise.all([
    read("operations"),
    read("fields"),
    read("prose"),
  ]);
  return parseTables({ operations, fields, prose });
}

/** Every file is written before the first one is replaced. */
export async function writeTables(folder: string, tables: Tables): Promise<void> {
  const texts = printTables(tables);
  const paths = names.map((name) => [join(folder, tableNames[name]), texts[name]] as const);
  await Promise.all(paths.map(([path, text]) => writeFile(`${path}.new`, text)));
  await Promise.all(paths.map(([path]) => rename(`${path}.new`, path)));
}
