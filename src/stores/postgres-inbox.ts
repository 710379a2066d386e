/** Ids that are handled exactly once: the claim and the work's own writes are one transaction. */

import { checkDuration, checkKey } from "./check-input.js";
import { type PostgresConnection, type PostgresPool, rowsOf } from "./postgres-client.js";
import { type Statements, writeStatements } from "./postgres-statements.js";
import { explain, nameTables, type PostgresTableOptions } from "./postgres-tables.js";
import { StoreError } from "./store-error.js";

/** The type of the connections that a pool hands out. */
export type TransactionOf<Pool> = Pool extends {
  connect: { (): Promise<infer Connection>; (callback: never): unknown };
}
  ? Connection
  : Pool extends { connect(): Promise<infer Connection> }
    ? Connection
    : never;

/** What came of an id. */
export type InboxResult<T> =
  /** The work was done, and is committed. */
  | { readonly kind: "worked"; readonly result: T }
  /** Somebody else is at it. */
  | { readonly kind: "busy" }
  /** Done before. */
  | { readonly kind: "done" };

/** Handles ids once, in a transaction of the work's own; from `createPostgresInbox`. */
export interface PostgresInbox<Connection> {
  /**
   * Runs `work` in a transaction that also marks the id as done, for `keepMs` milliseconds. What the work
   * writes through the connection it is given happens exactly once: when it throws, or the process dies,
   * nothing has happened and the id is free. It must not end the transaction itself.
   *
   * The transaction is open for as long as the work takes: call no other service in it.
   *
   * @throws What the work throws, after a rollback; what the client throws. Where the answer to the
   * commit was lost, the next try finds out: `done`, or it works again.
   */
  run<T>(
    id: string,
    options: { readonly keepMs: number },
    work: (connection: Connection) => Promise<T>,
  ): Promise<InboxResult<T>>;
}

/**
 * An inbox on the claims of the Postgres store with the same options: an id that is done in one is done
 * in the other.
 *
 * @throws RangeError for a schema or prefix that is not a plain name.
 * @example
 * const inbox = createPostgresInbox(pool);
 * await inbox.run(event.id, { keepMs: 7 * 86_400_000 }, async (connection) => {
 *   await connection.query("update shops set active = true where account_id = $1", [event.accountId]);
 * });
 */
export function createPostgresInbox<Pool extends PostgresPool>(
  pool: Pool,
  options: PostgresTableOptions = {},
): PostgresInbox<TransactionOf<Pool>> {
  const sql = writeStatements(nameTables(options));

  return {
    async run(id, { keepMs }, work) {
      checkKey("id", id);
      const wholeMs = checkDuration("keepMs", keepMs, 1);
      return inTransaction(pool, async (connection) => {
        const kind = await claim(sql, connection, id, wholeMs);
        if (kind !== "claimed") return { kind };
        const result = await work(connection as TransactionOf<Pool>);
        await confirm(sql, connection, id, wholeMs);
        return { kind: "worked", result };
      });
    },
  };
}

/** The row is seen by nobody else before it is done, so it needs no token of its own. */
const token = "transaction";

async function claim(
  sql: Statements,
  connection: PostgresConnection,
  id: string,
  keepMs: number,
): Promise<"claimed" | "busy" | "done"> {
  try {
    // Whoever comes second would otherwise wait at the row for the end of this transaction.
    const [lock] = await rowsOf(connection, sql.lockId, [id]);
    if (lock?.["locked"] !== true) return "busy";
    const [row] = await rowsOf(connection, sql.claim, [id, token, keepMs]);
    return (row?.["kind"] ?? "busy") as "claimed" | "busy" | "done";
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Comes after the work because it fails where a statement of the work has failed, even if the work
 * caught that error: Postgres would answer the commit of such a transaction with a silent rollback.
 */
async function confirm(
  sql: Statements,
  connection: PostgresConnection,
  id: string,
  keepMs: number,
): Promise<void> {
  const rows = await rowsOf(connection, sql.confirm, [id, token, keepMs]);
  if (rows.length === 1) return;
  throw new StoreError(
    "transaction_ended",
    "Cannot confirm the id: its claim is gone, expected the work to leave its transaction open",
    { key: id },
  );
}

/** Commits what the work did, or rolls it back where it throws. */
async function inTransaction<T>(
  pool: PostgresPool,
  work: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  // pg reports a lost connection as an event too, which ends the process where nobody listens.
  const ignore = (): void => undefined;
  connection.on?.("error", ignore);
  let broken: boolean | undefined = true;
  try {
    // Under a stricter level a claim that was committed a moment ago would be an error.
    await connection.query("begin isolation level read committed");
    const result = await work(connection);
    await connection.query("commit");
    broken = undefined;
    return result;
  } catch (error) {
    // Where even that fails the connection is closed, and the server rolls back.
    await connection.query("rollback").then(
      () => {
        broken = undefined;
      },
      () => undefined,
    );
    throw error;
  } finally {
    connection.off?.("error", ignore);
    connection.release(broken);
  }
}
