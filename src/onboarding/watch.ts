/**
 * Waits for the reviews of many accounts with few requests.
 *
 * 1. One list of the accounts still in review covers them all: an account not on it has moved.
 * 2. If many have moved, the newest pages of all accounts say where to, 500 at a time.
 * 3. The rest are read one by one.
 *
 * No list is followed beyond one page more than a tenth of what reading one by one would cost.
 */

import { AuthenticationError } from "../errors/index.js";
import type { Account, AccountListParams } from "../generated/accounts.js";
import type { AccountsResource } from "../resources/accounts.js";

export interface WatchTools {
  readonly accounts: AccountsResource;
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeoutMs: number;
  /** The first wait between two looks. */
  readonly intervalMs: number;
}

export interface Watch {
  /** Resolves to the account once its review is over; undefined if that takes too long. */
  wait(accountId: string): Promise<Account | undefined>;
}

interface Waiter {
  readonly untilMs: number;
  /** Whether a look has begun since the wait started. */
  seen: boolean;
  readonly resolve: (account: Account | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Waits between two looks: each is half as long again. While accounts move, looks stay frequent, but
 * not so frequent that they crowd out the calls that open accounts.
 */
const intervals = { growth: 1.5, movingMs: 2000, longestMs: 30_000 };
const pageSize = 500;
const fewToRead = 5;
const readAtOnce = 50;

export function createWatch(tools: WatchTools): Watch {
  const { accounts, signal, sleep, timeoutMs, intervalMs } = tools;
  const waiters = new Map<string, Waiter>();
  let looking = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let waitMs = intervalMs;

  async function lookUntilEmpty(): Promise<void> {
    while (waiters.size > 0) {
      const dueMs = Math.min(lookedAtMs + waitMs, firstEndMs());
      await sleep(Math.max(0, dueMs - performance.now()));
      // The end of a long wait gets a look of its own.
      if (performance.now() >= restedAtMs()) await lookAgain();
      giveUp();
    }
    // Synchronously after the check, or a new waiter would rely on a loop that has ended.
    looking = false;
  }

  async function lookAgain(): Promise<void> {
    const before = waiters.size;
    for (const waiter of waiters.values()) waiter.seen = true;
    await look().catch(goOn);
    const { growth, movingMs, longestMs } = intervals;
    const most = waiters.size < before ? movingMs : longestMs;
    waitMs = Math.max(intervalMs, Math.min(waitMs * growth, most));
    lookedAtMs = performance.now();
  }

  /** Other failures may pass by the next look; a refused key will not. */
  function goOn(error: unknown): void {
    if (signal.aborted || error instanceof AuthenticationError) throw error;
  }

  async function look(): Promise<void> {
    const moved = new Set(waiters.keys());
    await walk(moved, { account_status: "SUBMITTED" }, ({ id }) => moved.delete(id));
    if (moved.size > fewToRead) {
      await walk(moved, {}, (account) => moved.delete(account.id) && settle(account));
    }
    const left = [...moved];
    for (let start = 0; start < left.length; start += readAtOnce) {
      const some = left.slice(start, start + readAtOnce);
      // One unreadable account must not hold up those behind it.
      await Promise.all(some.map((id) => readOne(id).catch(goOn)));
    }
  }

  /** Visits accounts, newest first, until all wanted ones were seen or it is no longer worth it. */
  async function walk(
    wanted: ReadonlySet<string>,
    filter: AccountListParams,
    see: (account: Account) => void,
  ): Promise<void> {
    let pagesLeft = 1 + Math.floor(wanted.size / 10);
    const query = { ...filter, page_size: pageSize };
    for await (const { items } of accounts.list(query, { signal }).pages()) {
      for (const account of items) if (wanted.has(account.id)) see(account);
      if (wanted.size === 0 || --pagesLeft === 0) return;
    }
  }

  async function readOne(id: string): Promise<void> {
    settle(await accounts.retrieve(id, { signal }));
  }

  function settle(account: Account): void {
    if (account.status !== "SUBMITTED") answer(account.id, account);
  }

  /** The earliest time of the next look. */
  function restedAtMs(): number {
    return lookedAtMs + Math.min(waitMs, intervals.movingMs);
  }

  /** When the first wait ends. No one is given up on without a look. */
  function firstEndMs(): number {
    const restedMs = restedAtMs();
    let endMs = Number.POSITIVE_INFINITY;
    for (const { seen, untilMs } of waiters.values()) {
      endMs = Math.min(endMs, seen ? untilMs : Math.max(untilMs, restedMs));
    }
    return endMs;
  }

  function giveUp(): void {
    const now = performance.now();
    for (const [id, { seen, untilMs }] of waiters)
      if (seen && now >= untilMs) answer(id, undefined);
  }

  function answer(id: string, account: Account | undefined): void {
    waiters.get(id)?.resolve(account);
    waiters.delete(id);
  }

  function start(): void {
    if (looking) return;
    looking = true;
    const now = performance.now();
    if (now - lookedAtMs > waitMs) {
      lookedAtMs = now;
      waitMs = intervalMs;
    }
    lookUntilEmpty().catch((error) => {
      looking = false;
      for (const { reject } of waiters.values()) reject(error);
      waiters.clear();
    });
  }

  return {
    wait(accountId) {
      return new Promise((resolve, reject) => {
        const untilMs = performance.now() + timeoutMs;
        waiters.set(accountId, { untilMs, seen: false, resolve, reject });
        start();
      });
    },
  };
}
