/** Handles each id exactly once: the claim and the work's own writes share one transaction. */

import { checkOptions } from "../../checks/options.js";
import { StoreError } from "../../errors/store-errors.js";
import type { KnownFailure } from "../backend.js";
import { checkKey } from "../check-input.js";
import { type Asked, orStoreError } from "../failures.js";
import { checkKeep, type Inbox } from "../inbox.js";
import { warnWithoutErrorListener } from "../warnings.js";
import {
  checkPool,
  claimKinds,
  flagOf,
  type PostgresConnection,
  type PostgresPool,
  rowsOf,
  textOf,
  wordOf,
} from "./client.js";
import { type Statements, writeStatements } from "./statements.js";
import { createSweep } from "./sweep.js";
import { explainPostgresError, nameTables, type PostgresTableOptions } from "./tables.js";

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
   * How long to remember that an event was handled, in milliseconds. Default: 604 800 000 (a week). At least
   * three days, because that is how long Airwallex redelivers an event.
   */
  readonly keepMs?: number | undefined;
}

/**
 * An inbox whose work runs in a transaction that also marks the id as done. What the work writes through
 * the connection it is given happens exactly once: if it throws or the process dies, nothing has happened
 * and the id is free at once. The work must not end the transaction itself.
 *
 * The transaction stays open for as long as the work takes, so do not call other services in it. Until then
 * the id is `busy` for others; if your processes can hang, set `idle_in_transaction_session_timeout`.
 *
 * It shares its claims with a Postgres store that has the same options: an id that is done in one is done in
 * the other.
 *
 * `run` rejects with what the work throws, after a rollback, and otherwise with a `StoreError`. If the
 * response to the commit was lost, the next delivery sorts it out: it is a `duplicate`, or is handled again.
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
  options: PostgresInboxOptions = {},
): Inbox<TransactionOf<Pool>> {
  checkPool(pool, "connect");
  checkOptions("Cannot create inbox", options, {
    schema: "string",
    prefix: "string",
    keepMs: "number",
  });
  const { keepMs, ...tables } = options;
  const sql = writeStatements(nameTables(tables));
  const wholeMs = checkKeep(keepMs);
  const sweep = createSweep(pool, sql);

  return {
    async run(id, work) {
      checkKey("id", id);
      await sweep();
      return inTransaction(pool, id, async (connection) => {
        const { kind, transaction } = await asking({ action: "claim the id", key: id }, () =>
          claim(sql, connection, id),
        );
        if (kind !== "claimed") return kind === "done" ? "duplicate" : "busy";
        await work(connection as TransactionOf<Pool>);
        await orStoreError({ action: "confirm the id", key: id }, explainConfirm, () =>
          confirm(sql, connection, { id, transaction, keepMs: wholeMs }),
        );
        return "handled";
      });
    },
  };
}

/** Nobody else sees the row before it is done, so it needs no unique token. */
const token = "transaction";

/** Only matters if the work commits too early and then fails: it may run again after this time. */
const claimMs = 5 * 60_000;

interface Claim {
  readonly kind: "claimed" | "busy" | "done";
  /** Id of the transaction. */
  readonly transaction: string | undefined;
}

async function claim(sql: Statements, connection: PostgresConnection, id: string): Promise<Claim> {
  // Otherwise a second process would block on the row until this transaction ends.
  const [lock = {}] = await rowsOf(connection, sql.lockId, [id]);
  const transaction = textOf(lock, "transaction");
  if (!flagOf(lock, "locked")) return { kind: "busy", transaction };
  const [row] = await rowsOf(connection, sql.claim, [id, token, claimMs]);
  return { kind: row === undefined ? "busy" : wordOf(row, "kind", claimKinds), transaction };
}

/**
 * Runs after the work, because it fails if any statement of the work has failed, even if the work caught
 * the error: Postgres would silently turn the commit of such a transaction into a rollback.
 */
async function confirm(
  sql: Statements,
  connection: PostgresConnection,
  { id, transaction, keepMs }: Confirmation,
): Promise<void> {
  const [row] = await rowsOf(connection, sql.confirm, [id, token, keepMs]);
  // In another transaction it is still confirmed: the work was committed, and must not be done again.
  if (row !== undefined && textOf(row, "transaction") === transaction) return;
  throw new StoreError(
    "transaction_ended",
    "Cannot confirm the id: its transaction is over, expected the work to leave it open",
    { key: id },
  );
}

interface Confirmation {
  readonly id: string;
  readonly transaction: string | undefined;
  readonly keepMs: number;
}

function explainConfirm(error: unknown): KnownFailure | undefined {
  const { code } = error as { readonly code?: unknown };
  if (code !== "25P02") return explainPostgresError(error);
  return {
    code: "transaction_ended",
    message:
      "Cannot confirm the id: a statement of the work has failed, and with it the transaction, expected the work to throw the statement's error",
  };
}

/** Commits what the work did, or rolls it back if it throws. */
async function inTransaction<T>(
  pool: PostgresPool,
  key: string,
  work: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  warnWithoutErrorListener(pool, "Postgres client");
  const begun = { action: "begin the transaction of the id", key };
  const connection = await asking(begun, () => pool.connect());
  // pg also emits a lost connection as an event, which crashes the process if nobody listens.
  const ignore = (): void => undefined;
  connection.on?.("error", ignore);
  let broken: boolean | undefined = true;
  try {
    // At a stricter isolation level, a claim that was committed a moment ago would be an error.
    await asking(begun, () => connection.query("begin isolation level read committed"));
    const result = await work(connection);
    const ended = { action: "commit the transaction of the id", key, changes: true };
    await asking(ended, () => connection.query("commit"));
    broken = undefined;
    return result;
  } catch (error) {
    // If even that fails, the connection is closed and the server rolls back.
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

function asking<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  return orStoreError(asked, explainPostgresError, work);
}
