/** The tables of the Postgres store, and the statements that create them. */

import { StoreError } from "../../errors/store-errors.js";
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
  const { records, claims, indexPrefix } = nameTables(options);
  return `-- One row for each key. Without a value: no record, but version and fence go on from here.
create table if not exists ${records} (
  key             text collate "C" primary key,
  value           text,
  version         bigint not null default 0,
  written_at_ms   bigint not null default 0,
  -- Of a record: what its writer said. Of a row without one: when the row may go.
  expires_at_ms   bigint,
  fence           bigint not null default 0,
  leased_until_ms bigint not null default 0
);
create index if not exists ${indexPrefix}records_expiring on ${records} (expires_at_ms, key);

-- One row for each event that is being handled or was handled.
create table if not exists ${claims} (
  id       text collate "C" primary key,
  token    text not null,
  done     boolean not null,
  until_ms bigint not null
);
create index if not exists ${indexPrefix}claims_until on ${claims} (until_ms);
`;
}

/**
 * Creates the tables if they are missing. Safe to call from several processes at once, such as when each
 * of them starts.
 *
 * @throws RangeError for a schema or prefix that is not a plain name; what the client throws otherwise.
 * @example
 * await createPostgresTables(pool);
 */
export async function createPostgresTables(
  pool: PostgresQueryable,
  options: PostgresTableOptions = {},
): Promise<void> {
  // Several statements in one query run as one transaction. The lock makes a second process wait: of two
  // concurrent `create table if not exists`, both can find nothing, and then one fails.
  const lock = "select pg_advisory_xact_lock(7162013427);\n";
  await pool.query(lock + postgresTablesSql(options));
}

export interface TableNames {
  readonly records: string;
  readonly claims: string;
  readonly indexPrefix: string;
}

export function nameTables({ schema, prefix = "airwallex_" }: PostgresTableOptions): TableNames {
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

/** Says what to do if the tables are missing; any other error passes unchanged. */
export function explainMissingTables(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (code !== "42P01") return error;
  return new StoreError(
    "store_not_ready",
    "Cannot use Postgres store: its tables are missing, expected `createPostgresTables` to have run",
    { cause: error },
  );
}
