/** Polls an account until it reaches a status, or no longer can. */

import { closest } from "../checks/closest.js";
import { allOf, refuseUnknown } from "../checks/options.js";
import { AccountStatusError, NetworkError, ValidationError } from "../errors/index.js";
import type { Account, AccountStatus } from "../generated/accounts.js";
import { DeadlineError, openDeadline } from "../transport/deadline.js";
import type { CallOptions } from "./settings.js";

/** Options of `accounts.waitForStatus`. */
export interface WaitForStatusOptions extends Pick<CallOptions, "signal" | "onBehalfOf"> {
  /** The wanted status, or several, any of which will do. */
  readonly status: AccountStatus | readonly AccountStatus[];
  /** Total time in milliseconds. Default: 10 minutes. */
  readonly timeoutMs?: number | undefined;
  /** First wait between two reads, in milliseconds; each one is 1.5 times the last. Default: 1000. */
  readonly intervalMs?: number | undefined;
  /** Longest wait between two reads, in milliseconds. Default: 30 000. */
  readonly maxIntervalMs?: number | undefined;
  /** Called after every read, to report progress. */
  readonly onPoll?: ((account: Account) => void) | undefined;
}

const known = allOf<keyof WaitForStatusOptions>({
  status: true,
  signal: true,
  onBehalfOf: true,
  timeoutMs: true,
  intervalMs: true,
  maxIntervalMs: true,
  onPoll: true,
});

/**
 * Statuses that an account leaves only if someone acts, each with the reason to report. `SUBMITTED` is
 * not among them: the review moves it on.
 */
const deadEnds: Readonly<Record<string, string | undefined>> = {
  CREATED: "it has not been submitted",
  ACTION_REQUIRED:
    "something is required first; whatIsMissing(error) lists it, from error.account.requirements",
  ACTIVE: "it is active already",
  SUSPENDED: "it is suspended",
  DORMANT: "it is dormant",
  CLOSED: "it is closed",
};

export async function waitForStatus(
  retrieve: (id: string, options: CallOptions) => Promise<Account>,
  id: string,
  options: WaitForStatusOptions,
): Promise<Account> {
  const wanted = readWanted(options);
  refuseUnknown("Cannot call accounts.waitForStatus", options, known);
  const { timeoutMs = 600_000, intervalMs = 1000, maxIntervalMs = 30_000 } = options;
  checkWaits({ intervalMs, maxIntervalMs });
  const { signal, onBehalfOf } = options;
  const start = performance.now();
  const deadline = openDeadline("accounts.waitForStatus", timeoutMs, signal);
  let waitMs = intervalMs;
  let account: Account | undefined;
  try {
    for (;;) {
      deadline.check();
      const leftMs = Math.max(1, deadline.remainingMs);
      account = await retrieve(id, { signal, onBehalfOf, timeoutMs: leftMs });
      options.onPoll?.(account);
      if (wanted.has(account.status)) return account;
      const reason = deadEnds[account.status];
      if (reason) throw unreachable(account, wanted, reason, performance.now() - start);
      await deadline.sleep("waiting for the next read", waitMs);
      waitMs = Math.min(waitMs * 1.5, maxIntervalMs);
    }
  } catch (error) {
    if (error instanceof DeadlineError && error.ended.kind === "aborted") throw error.ended.reason;
    if (!isTimeout(error)) throw error;
    throw tooLate(id, account, wanted, performance.now() - start);
  } finally {
    deadline.close();
  }
}

function readWanted(options: WaitForStatusOptions): ReadonlySet<string> {
  const statuses: readonly unknown[] = [options?.status].flat();
  if (statuses.length > 0 && statuses.every((status) => typeof status === "string")) {
    for (const status of statuses as string[]) refuseNearMiss(status);
    return new Set(statuses as string[]);
  }
  const message = "is not a status, expected one such as ACTIVE, or a list of them";
  throw new ValidationError("accounts.waitForStatus", [{ path: ["status"], message }]);
}

/** A status may be newer than this package, but one that nearly matches a known status is a typo. */
function refuseNearMiss(status: string): void {
  const statuses = ["SUBMITTED", ...Object.keys(deadEnds)];
  if (statuses.includes(status)) return;
  const suggestion = closest(status, statuses);
  if (suggestion === undefined) return;
  const message = "is not a known status";
  throw new ValidationError("accounts.waitForStatus", [{ path: ["status"], message, suggestion }]);
}

/** Without a wait it would read as fast as the API answers. */
function checkWaits(waits: Readonly<Record<string, number>>): void {
  for (const [name, ms] of Object.entries(waits)) {
    if (ms > 0) continue;
    throw new RangeError(
      `Cannot call accounts.waitForStatus: ${name} is ${ms}, expected a number above 0`,
    );
  }
}

function isTimeout(error: unknown): boolean {
  if (error instanceof DeadlineError) return true;
  return error instanceof NetworkError && error.code === "timeout";
}

function unreachable(
  account: Account,
  wanted: ReadonlySet<string>,
  reason: string,
  waitedForMs: number,
): AccountStatusError {
  const { id, status } = account;
  const message = `Cannot wait for ${id} to become ${[...wanted].join(" or ")}: ${reason}`;
  const facts = { accountId: id, status, waitedForMs: Math.round(waitedForMs) };
  return new AccountStatusError("status_unreachable", message, facts, account);
}

function tooLate(
  accountId: string,
  account: Account | undefined,
  wanted: ReadonlySet<string>,
  waitedForMs: number,
): AccountStatusError {
  const status = account?.status ?? "unknown";
  const seconds = (waitedForMs / 1000).toFixed(1);
  const message = `Cannot wait longer for ${accountId} to become ${[...wanted].join(" or ")}: it is ${status} after ${seconds} s`;
  const facts = { accountId, status, waitedForMs: Math.round(waitedForMs) };
  return new AccountStatusError("status_timeout", message, facts, account);
}
