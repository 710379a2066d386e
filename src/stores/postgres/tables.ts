/** The tables of the Postgres store, and the statements that create them. */

import { checkOptions } from "../../checks/options.js";
import type { KnownFailure } from "../backend.js";
import { orStoreError } from "../failures.js";
import type { PostgresQueryable } from "./client.js";

/** Where the tables are. Use the same options for everything that works on them. */
export interface PostgresTableOptions {
  /** Schema of the tables; default: the first in the connection's search path. */
  readonly schema?: string | undefined;
  /** Prefix of both table names; default `airwallex_`. Lower-case letters, digits and `_`. */
  readonly prefix?: string | undefined;
}

/**
 * The statements that create the tables, for a migration tool. They do nothing if the tables exist.
 *
 * @throws RangeError for a schema or prefix that is not a plain name.
 */
export function postgresTablesSql(options: PostgresTableOptions = {}): string {
  return tableStatements(options)
    .map((statement) => `${statement};\n`)
    .join("");
}

function tableStatements(options: PostgresTableOptions): readonly string[] {
  const { records, claims, indexPrefix } = nameTables(options);
  return [
    `-- One row for each key. Without a value: no record, but version and fence go on from here.
create table if not exists ${records} (
  key             text collate "C" primary key,
  value           text,
  version         bigint not null default 0,
  written_at_ms   bigint not null default 0,
  -- Of a record: what its writer said. Of a row without one: when the row may go.
  expires_at_ms   bigint,
  fence           bigint not null default 0,
  leased_until_ms bigint not null default 0
)`,
    `create index if not exists ${indexPrefix}records_expiring on ${records} (expires_at_ms, key)
  where value is not null`,
    `create index if not exists ${indexPrefix}records_unused on ${records} (expires_at_ms)
  where value is null`,
    `
-- One row for each event that is being handled or was handled.
create table if not exists ${claims} (
  id       text collate "C" primary key,
  token    text not null,
  done     boolean not null,
  until_ms bigint not null
)`,
    `create index if not exists ${indexPrefix}claims_until on ${claims} (until_ms)`,
  ];
}

/**
 * Creates the tables if they are missing. Safe to call from several processes at once, such as when each
 * of them starts. Each query is a single statement, so clients that prepare every statement can run it.
 *
 * @throws RangeError for a schema or prefix that is not a plain name; StoreError if Postgres refuses.
 * @example
 * await createPostgresTables(pool);
 */
export async function createPostgresTables(
  pool: PostgresQueryable,
  options: PostgresTableOptions = {},
): Promise<void> {
  for (const statement of tableStatements(options)) {
    await orStoreError({ action: "create the tables" }, undefined, () => create(pool, statement));
  }
}

/** What Postgres says when another process creates the same at the same moment. */
const createdByOther: readonly unknown[] = ["23505", "42P07", "42710", "40P01"];
const mostTries = 5;

async function create(pool: PostgresQueryable, statement: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await pool.query(statement);
      return;
    } catch (error) {
      // `if not exists` looks first and creates then; once the other is done, it finds the table.
      const { code } = error as { readonly code?: unknown };
      if (tries === mostTries || !createdByOther.includes(code)) throw error;
    }
  }
}

export interface TableNames {
  readonly records: string;
  readonly claims: string;
  readonly indexPrefix: string;
}

/** @throws TypeError for an unknown option; RangeError for a name that is not plain. */
export function nameTables(options: PostgresTableOptions): TableNames {
  checkOptions("Cannot use Postgres", options, { schema: "string", prefix: "string" });
  const { schema, prefix = "airwallex_" } = options;
  const plain = /^[a-z_][a-z0-9_]{0,39}$/;
  for (const [name, text] of Object.entries({ schema, prefix })) {
    if (text !== undefined && !plain.test(text)) {
      throw new RangeError(
        `Cannot use \`${name}\`: it is not a plain name, expected 1 to 40 of a-z, 0-9 and _`,
      );
    }
  }
  const place = schema === undefined ? "" : `"${schema}".`;
  return {
    records: `${place}"${prefix}records"`,
    claims: `${place}"${prefix}claims"`,
    indexPrefix: prefix,
  };
}

/** Says what to do if the tables are missing. */
export function explainPostgresError(error: unknown): KnownFailure | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (code !== "42P01") return undefined;
  return {
    code: "store_not_ready",
    message:
      "Cannot use Postgres store: its tables are missing, expected `createPostgresTables` to have run",
  };
}
