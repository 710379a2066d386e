/**
 * Waits for the reviews of many accounts with few requests: one list of what is still in review serves
 * them all, and an account that is no longer on it is read once. Never more pages than would make
 * reading each account cheaper.
 */

import { AuthenticationError } from "../errors.js";
import type { Account } from "../schemas/accounts.generated.js";
import type { AccountsResource } from "./accounts.js";

export interface WatchTools {
  readonly accounts: AccountsResource;
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeoutMs: number;
}

export interface Watch {
  /** The account once its review is over; undefined when it lasted too long. */
  wait(accountId: string): Promise<Account | undefined>;
}

interface Waiter {
  readonly untilMs: number;
  readonly resolve: (account: Account | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/** Between two looks: as long as nothing moves, each is half as long again. */
const intervals = { firstMs: 2000, growth: 1.5, longestMs: 30_000 };
const pageSize = 500;
const readAtOnce = 50;

export function createWatch({ accounts, signal, sleep, timeoutMs }: WatchTools): Watch {
  const waiters = new Map<string, Waiter>();
  let looking = false;

  async function lookUntilEmpty(): Promise<void> {
    let waitMs = intervals.firstMs;
    while (waiters.size > 0) {
      await sleep(waitMs);
      const before = waiters.size;
      await look().catch((error) => {
        // What fails now may work next time; a key that is refused will not.
        if (signal.aborted || error instanceof AuthenticationError) throw error;
      });
      giveUp();
      const moved = waiters.size !== before;
      waitMs = moved ? intervals.firstMs : Math.min(waitMs * intervals.growth, intervals.longestMs);
    }
    // In the same step as the check, or a new waiter would wait for a loop that has ended.
    looking = false;
  }

  async function look(): Promise<void> {
    const moved = await findMoved([...waiters.keys()]);
    for (let start = 0; start < moved.length; start += readAtOnce) {
      await Promise.all(moved.slice(start, start + readAtOnce).map(readOne));
    }
  }

  async function findMoved(ids: readonly string[]): Promise<readonly string[]> {
    const unseen = new Set(ids);
    let pagesLeft = 1 + Math.floor(ids.length / 10);
    const query = { account_status: "SUBMITTED", page_size: pageSize } as const;
    for await (const { items } of accounts.list(query, { signal }).pages()) {
      for (const { id } of items) unseen.delete(id);
      if (unseen.size === 0 || --pagesLeft === 0) break;
    }
    return [...unseen];
  }

  async function readOne(id: string): Promise<void> {
    const account = await accounts.retrieve(id, { signal });
    if (account.status !== "SUBMITTED") settle(id, account);
  }

  function giveUp(): void {
    const now = performance.now();
    for (const [id, { untilMs }] of waiters) if (now >= untilMs) settle(id, undefined);
  }

  function settle(id: string, account: Account | undefined): void {
    waiters.get(id)?.resolve(account);
    waiters.delete(id);
  }

  function start(): void {
    if (looking) return;
    looking = true;
    lookUntilEmpty().catch((error) => {
      looking = false;
      for (const { reject } of waiters.values()) reject(error);
      waiters.clear();
    });
  }

  return {
    wait(accountId) {
      return new Promise((resolve, reject) => {
        waiters.set(accountId, { untilMs: performance.now() + timeoutMs, resolve, reject });
        start();
      });
    },
  };
}
