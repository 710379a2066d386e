/** One worker of pool.ts: takes jobs and makes calls for the customer whose connection each job names. */

import { createAppClient } from "./client.js";

export interface Job {
  readonly connectionId: string;
  readonly calls: number;
}

export interface Done {
  readonly pid: number;
  readonly answered: number;
  /** How often this process renewed the tokens. */
  readonly rotated: number;
  /** Message of the first call that failed. */
  readonly failed: string | undefined;
}

let rotated = 0;
const { client, close } = await createAppClient({
  onConnection: ({ kind }) => {
    if (kind === "rotated") rotated += 1;
  },
});

process.on("message", async ({ connectionId, calls }: Job) => {
  const before = rotated;
  const customer = client.oauth.connection(connectionId);
  const results = await Promise.allSettled(
    Array.from({ length: calls }, () => customer.accounts.current()),
  );
  const failures = results.filter((result) => result.status === "rejected");
  const done: Done = {
    pid: process.pid,
    answered: results.length - failures.length,
    rotated: rotated - before,
    failed: failures[0] && String(failures[0].reason),
  };
  process.send?.(done);
});
process.once("disconnect", close);
process.send?.("ready");
