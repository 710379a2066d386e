/** Ids that are handled exactly once: the claim and the work's own writes are one transaction. */

import { StoreError } from "../errors/store-errors.js";
import { checkKey } from "./check-input.js";
import { checkKeep, type Inbox } from "./inbox.js";
import { type PostgresConnection, type PostgresPool, rowsOf } from "./postgres-client.js";
import { type Statements, writeStatements } from "./postgres-statements.js";
import { explain, nameTables, type PostgresTableOptions } from "./postgres-tables.js";

/** The type of the connections that a pool hands out. */
export type TransactionOf<Pool> = Pool extends {
  connect: { (): Promise<infer Connection>; (callback: never): unknown };
}
  ? Connection
  : Pool extends { connect(): Promise<infer Connection> }
    ? Connection
    : never;

/** Options of {@link createPostgresInbox}. */
export interface PostgresInboxOptions extends PostgresTableOptions {
  /**
   * How long it is remembered that an event was handled, in milliseconds; default 604 800 000 (a week),
   * at least three days, because that is how long Airwallex delivers an event again.
   */
  readonly keepMs?: number | undefined;
}

/**
 * An inbox whose work runs in a transaction that also marks the id as done. What the work writes through
 * the connection it is given happens exactly once: when it throws, or the process dies, nothing has
 * happened and the id is free at once. It must not end the transaction itself.
 *
 * The transaction is open for as long as the work takes: call no other service in it. The id is `busy` for
 * others that long; where processes can hang, `idle_in_transaction_session_timeout` ends it.
 *
 * It shares the claims of the Postgres store with the same options: an id that is done in one is done in
 * the other.
 *
 * `run` rejects with what the work throws, after a rollback, and with what the client throws. Where the
 * answer to the commit was lost, the next delivery finds out: `duplicate`, or it works again.
 *
 * @throws RangeError for a schema or prefix that is not a plain name, or `keepMs` under three days.
 * @example
 * const inbox = createPostgresInbox(pool);
 * await inbox.run(event.id, async (connection) => {
 *   await connection.query("update shops set active = true where account_id = $1", [event.accountId]);
 * });
 */
export function createPostgresInbox<Pool extends PostgresPool>(
  pool: Pool,
  { keepMs, ...tables }: PostgresInboxOptions = {},
): Inbox<TransactionOf<Pool>> {
  const sql = writeStatements(nameTables(tables));
  const wholeMs = checkKeep(keepMs);

  return {
    async run(id, work) {
      checkKey("id", id);
      return inTransaction(pool, async (connection) => {
        const { kind, transaction } = await claim(sql, connection, id);
        if (kind !== "claimed") return kind === "done" ? "duplicate" : "busy";
        await work(connection as TransactionOf<Pool>);
        await confirm(sql, connection, { id, transaction, keepMs: wholeMs });
        return "handled";
      });
    },
  };
}

/** The row is seen by nobody else before it is done, so it needs no token of its own. */
const token = "transaction";

/** Matters only where the work commits too early, and then fails: it may run again after that. */
const claimMs = 5 * 60_000;

interface Claim {
  readonly kind: "claimed" | "busy" | "done";
  /** Number of the transaction. */
  readonly transaction: unknown;
}

async function claim(sql: Statements, connection: PostgresConnection, id: string): Promise<Claim> {
  try {
    // Whoever comes second would otherwise wait at the row for the end of this transaction.
    const [lock] = await rowsOf(connection, sql.lockId, [id]);
    const transaction = lock?.["transaction"];
    if (lock?.["locked"] !== true) return { kind: "busy", transaction };
    const [row] = await rowsOf(connection, sql.claim, [id, token, claimMs]);
    return { kind: (row?.["kind"] ?? "busy") as Claim["kind"], transaction };
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
  { id, transaction, keepMs }: Confirmation,
): Promise<void> {
  const [row] = await rowsOf(connection, sql.confirm, [id, token, keepMs]);
  // In another transaction it is confirmed all the same: the work was committed, and is not done again.
  if (row !== undefined && row["transaction"] === transaction) return;
  throw new StoreError(
    "transaction_ended",
    "Cannot confirm the id: its transaction is over, expected the work to leave it open",
    { key: id },
  );
}

interface Confirmation {
  readonly id: string;
  readonly transaction: unknown;
  readonly keepMs: number;
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
