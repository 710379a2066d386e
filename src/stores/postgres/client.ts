/** The parts of a Postgres client that are used, and a check of what it answers. */

import { isObject, kindOf } from "../../checks/values.js";
import { answerInvalid } from "../failures.js";
import { warnWithoutErrorListener } from "../warnings.js";

/** Anything with pg's `query`: its pools and clients, and anything compatible with them. */
export interface PostgresQueryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A dedicated connection, until it is released. */
export interface PostgresConnection extends PostgresQueryable {
  /** Returns it to its pool; an error or `true` closes it instead. */
  release(error?: Error | boolean): void;
  on?(event: "error", listener: (error: Error) => void): unknown;
  off?(event: "error", listener: (error: Error) => void): unknown;
}

/** The members of a pg pool that the transactional inbox uses. */
export interface PostgresPool extends PostgresQueryable {
  connect(): Promise<PostgresConnection>;
}

/** @throws TypeError for what is no pool, such as a database URL. */
export function checkPool(pool: object, member: "query" | "connect"): void {
  if (typeof (pool as Row | null | undefined)?.[member] === "function") return;
  const found = isObject(pool) ? `has no ${member} function` : `is ${kindOf(pool)}`;
  throw new TypeError(`Cannot use Postgres: the pool ${found}, expected a pool of pg or the like`);
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement and returns its rows. */
export async function rowsOf(
  client: PostgresQueryable,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  warnWithoutErrorListener(client, "Postgres client");
  const answer: unknown = await client.query(text, [...values]);
  const rows = isObject(answer) ? answer["rows"] : undefined;
  if (!Array.isArray(rows)) {
    throw answerInvalid(`it is ${kindOf(answer)} without \`rows\``, "what pg's `query` answers");
  }
  for (const row of rows) {
    if (!isObject(row))
      throw answerInvalid(`a row is ${kindOf(row)}`, "an object with its columns");
  }
  return rows as Row[];
}

/** @throws StoreError if the row has no such column: some clients and mappers rename them. */
function columnOf(row: Row, name: string): unknown {
  if (name in row) return row[name];
  const columns = Object.keys(row).join(", ");
  throw answerInvalid(
    `a row has the columns ${columns} and no ${name}`,
    "the names that the statement gives them; take out of the client what renames columns, or give the store a client of its own",
  );
}

/** A column that is text or null. */
export function textOf(row: Row, name: string): string | undefined {
  const value = columnOf(row, name);
  if (value === null || typeof value === "string") return value ?? undefined;
  throw answerInvalid(`column ${name} is ${kindOf(value)}`, "text as it is stored");
}

/** A column that is a whole number or null. It may come as a string: pg does that to bigint. */
export function integerOf(row: Row, name: string): number | undefined {
  const value = columnOf(row, name);
  if (value === null) return undefined;
  const number = value === "" ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw answerInvalid(`column ${name} is ${kindOf(value)}`, "a whole number");
}

/** A column that is a whole number and never null. */
export function countOf(row: Row, name: string): number {
  const number = integerOf(row, name);
  if (number !== undefined) return number;
  throw answerInvalid(`column ${name} is null`, "a whole number");
}

/** A column that is true or false. */
export function flagOf(row: Row, name: string): boolean {
  const value = columnOf(row, name);
  if (typeof value === "boolean") return value;
  throw answerInvalid(`column ${name} is ${kindOf(value)}`, "true or false");
}

/** What a claim can find. */
export const claimKinds = ["claimed", "busy", "done"] as const;

/** A column that holds one of these words. */
export function wordOf<Word extends string>(row: Row, name: string, words: readonly Word[]): Word {
  const value = columnOf(row, name);
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw answerInvalid(`column ${name} is ${kindOf(value)}`, `one of ${words.join(", ")}`);
}
