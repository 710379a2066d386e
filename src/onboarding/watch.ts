/**
 * Waits for the reviews of many accounts at once. The pauses between two looks grow; while accounts
 * leave their review, looks stay frequent, but not so frequent that they crowd out the calls that open
 * accounts.
 */

import type { Account } from "../generated/accounts.js";
import { findReviewed, type ReviewTools, throwIfFinal } from "./reviews.js";

export interface WatchTools extends ReviewTools {
  /** A clock in milliseconds that only goes forward. */
  readonly now: () => number;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeoutMs: number;
  /** The first pause between two looks. */
  readonly intervalMs: number;
}

export interface Watch {
  /** Resolves to the account once its review is over; undefined if that takes too long. */
  wait(accountId: string): Promise<Account | undefined>;
}

/** One account that is waited for. */
interface Waiter {
  readonly untilMs: number;
  /** Whether a look has begun since the wait started: none is given up on without one. */
  looked: boolean;
  readonly resolve: (account: Account | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

interface WatchState {
  /** By account id. */
  readonly waiters: Map<string, Waiter>;
  running: boolean;
  lookedAtMs: number;
  pauseMs: number;
}

/** Each pause is half as long again, up to one of these. */
const growth = 1.5;
const longestMs = { whileLeaving: 2000, otherwise: 30_000 };

export function createWatch(tools: WatchTools): Watch {
  const state: WatchState = {
    waiters: new Map(),
    running: false,
    lookedAtMs: Number.NEGATIVE_INFINITY,
    pauseMs: tools.intervalMs,
  };
  return {
    wait: (accountId) =>
      new Promise((resolve, reject) => {
        const untilMs = tools.now() + tools.timeoutMs;
        state.waiters.set(accountId, { untilMs, looked: false, resolve, reject });
        start(state, tools);
      }),
  };
}

function start(state: WatchState, tools: WatchTools): void {
  if (state.running) return;
  state.running = true;
  const nowMs = tools.now();
  if (nowMs - state.lookedAtMs > state.pauseMs) {
    state.lookedAtMs = nowMs;
    state.pauseMs = tools.intervalMs;
  }
  lookUntilAllAnswered(state, tools).catch((error) => {
    state.running = false;
    for (const { reject } of state.waiters.values()) reject(error);
    state.waiters.clear();
  });
}

async function lookUntilAllAnswered(state: WatchState, tools: WatchTools): Promise<void> {
  while (state.waiters.size > 0) {
    const dueMs = Math.min(state.lookedAtMs + state.pauseMs, firstEndMs(state));
    await tools.sleep(Math.max(0, dueMs - tools.now()));
    // The end of a long wait gets a look of its own.
    if (tools.now() >= earliestLookMs(state)) await look(state, tools);
    giveUpOverdue(state, tools.now());
  }
  // Right after the check: a waiter that came in between would rely on a loop that has ended.
  state.running = false;
}

async function look(state: WatchState, tools: WatchTools): Promise<void> {
  const { waiters } = state;
  const before = waiters.size;
  for (const waiter of waiters.values()) waiter.looked = true;
  await findReviewed(tools, [...waiters.keys()], (account) =>
    answer(state, account.id, account),
  ).catch((error) => throwIfFinal(error, tools.signal));
  const most = waiters.size < before ? longestMs.whileLeaving : longestMs.otherwise;
  state.pauseMs = Math.max(tools.intervalMs, Math.min(state.pauseMs * growth, most));
  state.lookedAtMs = tools.now();
}

/** The earliest time of the next look. */
function earliestLookMs({ lookedAtMs, pauseMs }: WatchState): number {
  return lookedAtMs + Math.min(pauseMs, longestMs.whileLeaving);
}

/** When the first wait ends, or gets its look. */
function firstEndMs(state: WatchState): number {
  const nextLookMs = earliestLookMs(state);
  const ends = [...state.waiters.values()].map(({ looked, untilMs }) =>
    looked ? untilMs : Math.max(untilMs, nextLookMs),
  );
  return ends.reduce((first, end) => Math.min(first, end), Number.POSITIVE_INFINITY);
}

function giveUpOverdue(state: WatchState, nowMs: number): void {
  for (const [id, { looked, untilMs }] of state.waiters) {
    if (looked && nowMs >= untilMs) answer(state, id, undefined);
  }
}

function answer({ waiters }: WatchState, id: string, account: Account | undefined): void {
  waiters.get(id)?.resolve(account);
  waiters.delete(id);
}
