/** Deletes what has expired, a little now and then, so that the tables need no other cleaning. */

import type { PostgresQueryable } from "./client.js";
import type { Statements } from "./statements.js";

const stepsPerSweep = 100;

/**
 * To be called before each lease or claim, outside of any transaction. It does not matter if it fails. The
 * count starts at random, so that processes that live for a few steps sweep their share too.
 */
export function createSweep(pool: PostgresQueryable, sql: Statements): () => Promise<void> {
  let count = Math.floor(Math.random() * stepsPerSweep);
  return async () => {
    if (++count % stepsPerSweep !== 0) return;
    for (const statement of [sql.sweepClaims, sql.sweepRecords]) {
      try {
        await pool.query(statement);
      } catch {
        // Another process will sweep.
      }
    }
  };
}
