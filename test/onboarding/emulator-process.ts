/**
 * A separate process with an emulator that has the limits of production and faults in 5 % of all answers.
 *
 * Prints its URL on the first line, and answers each line on stdin with a line about what it has seen.
 */

import { createInterface } from "node:readline";
import { type LoggedRequest, startEmulator } from "airwallex-connect/emulator";

export interface Seen {
  /** The number of accounts by identifier, and by status. */
  readonly accounts: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests by endpoint, not counting logins. */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests that the rate limits refused. */
  readonly overLimit: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The longest time without any request, in milliseconds. */
  readonly longestPauseMs: number;
}

const emulator = await startEmulator({ rateLimits: "production", reviewAfterMs: 1000 });
emulator.faults.random({
  rate: Number(process.argv[2] ?? 0.05),
  effects: [
    { status: 429 },
    { status: 500 },
    { status: 503 },
    { status: 500, after: true },
    { cut: "before" },
    { cut: "after" },
    { cut: "midBody" },
  ],
});

const known = new WeakSet<LoggedRequest>();
const requests: Record<string, number> = {};
const faults: Record<string, number> = {};
let overLimit = 0;
let firstMs = 0;
let lastMs = 0;
let longestPauseMs = 0;

function collect(): void {
  for (const request of emulator.requests) {
    const { endpoint, fault, status, at } = request;
    if (known.has(request) || endpoint === undefined || endpoint === "authentication.login")
      continue;
    known.add(request);
    if (fault) add(faults, fault);
    if (status === 429 && !fault) overLimit++;
    else add(requests, endpoint);
    if (firstMs === 0) firstMs = at.getTime();
    else longestPauseMs = Math.max(longestPauseMs, at.getTime() - lastMs);
    lastMs = at.getTime();
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function seen(): Seen {
  collect();
  const accounts: Record<string, number> = {};
  const statuses: Record<string, number> = {};
  for (const { identifier, status } of emulator.accounts.list()) {
    add(accounts, identifier ?? "none");
    add(statuses, status);
  }
  return { accounts, statuses, requests, overLimit, faults, firstMs, lastMs, longestPauseMs };
}

// The log keeps only the newest thousand.
setInterval(collect, 1000);
createInterface({ input: process.stdin })
  .on("line", () => process.stdout.write(`${JSON.stringify(seen())}\n`))
  .on("close", () => process.exit());
process.stdout.write(`${emulator.url}\n`);
