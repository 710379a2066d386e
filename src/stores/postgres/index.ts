/** A store in Postgres, next to the application's own data. */

import { buildStore } from "../build-store.js";
import type { Store } from "../store.js";
import { checkPool, type PostgresQueryable } from "./client.js";
import { createPostgresBackend } from "./postgres-backend.js";
import { writeStatements } from "./statements.js";
import { nameTables, type PostgresTableOptions } from "./tables.js";

export type { Inbox, InboxOutcome } from "../inbox.js";
export type { Store } from "../store.js";
export type { PostgresConnection, PostgresPool, PostgresQueryable } from "./client.js";
export { createPostgresInbox, type PostgresInboxOptions, type TransactionOf } from "./inbox.js";
export { createPostgresTables, type PostgresTableOptions, postgresTablesSql } from "./tables.js";

/**
 * A store in Postgres 12 or later, on the caller's own pool: pg, or anything with its `query(text,
 * values)`. Create the tables with `createPostgresTables` or `postgresTablesSql`.
 *
 * Every operation is a single statement, so a pooler in transaction mode works, and no transaction stays
 * open while a token is refreshed: a refresh takes three statements. Waiters poll every 50 to 500 ms.
 *
 * @throws RangeError for a schema or prefix that is not a plain name.
 * @example
 * const store = createPostgresStore(pool, { schema: "shop" });
 */
export function createPostgresStore(
  pool: PostgresQueryable,
  options: PostgresTableOptions = {},
): Store {
  checkPool(pool, "query");
  const statements = writeStatements(nameTables(options));
  return buildStore(createPostgresBackend(pool, statements));
}
