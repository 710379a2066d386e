/** A store in the memory of one process: for tests, and for programs that need no persistence. */

import type { StoreBackend } from "./backend.js";
import { buildStore } from "./build-store.js";
import { type ClaimCell, claim, confirm, isForgettable, isReleasable } from "./claim-cell.js";
import { pageOf } from "./page.js";
import {
  acquire,
  emptyRecordCell,
  giveBack,
  type RecordCell,
  recordOf,
  remove,
  type Step,
  write,
} from "./record-cell.js";
import { type Runtime, systemRuntime } from "./runtime.js";
import type { Store } from "./store.js";

export type { Store } from "./store.js";

import { createWakeUps } from "./wake-ups.js";

/** Options of `createMemoryStore`. */
export interface MemoryStoreOptions {
  /**
   * Current Unix time in milliseconds; default `Date.now`. Leases, claims and waits follow it, and
   * `askedAtMs` is taken from it.
   */
  readonly now?: (() => number) | undefined;
  /** From 0 up to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * Waits for this many milliseconds of `now`, or until the signal is aborted. Default: a timer; with a `now`
   * of your own, one that checks it every 10 ms.
   */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/**
 * A store that lives as long as the process. It keeps the full contract between callers of this one object,
 * but is not shared with other processes and does not survive a restart.
 *
 * A key that was leased or deleted leaves its counters behind, about 100 bytes.
 *
 * @example
 * const store = createMemoryStore();
 * await store.compareAndSet("greeting", { value: "hello", expiresAtMs: undefined, expectedVersion: 0 });
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const runtime = runtimeOf(options);
  return buildStore(createMemoryBackend(options.now ?? Date.now), runtime);
}

function createMemoryBackend(now: () => number): StoreBackend {
  const records = new Map<string, RecordCell>();
  const claims = new Map<string, ClaimCell>();
  const wakeUps = createWakeUps();
  const forget = createSweep(claims, now);

  function change<Result>(
    key: string,
    step: (cell: RecordCell) => Step<RecordCell, Result>,
  ): Result {
    const { cell, result } = step(records.get(key) ?? emptyRecordCell);
    if (cell) records.set(key, cell);
    return result;
  }

  function changeAndTell<Result>(
    key: string,
    step: (cell: RecordCell) => Step<RecordCell, Result>,
  ): Result {
    const result = change(key, step);
    wakeUps.wake(key);
    return result;
  }

  return {
    read: async (key) => recordOf(records.get(key), now()),
    acquire: async (key, attempt) => change(key, (cell) => acquire(cell, attempt, now())),
    giveBack: async (key, fence) => changeAndTell(key, (cell) => giveBack(cell, fence)),
    write: async (key, asked) => changeAndTell(key, (cell) => write(cell, asked, now())),
    remove: async (key) => changeAndTell(key, remove),
    list: async (query) => pageOf(listed(records), query),
    async claim(id, token, leaseMs) {
      forget();
      const { cell, result } = claim(claims.get(id), { token, untilMs: now() + leaseMs }, now());
      if (cell) claims.set(id, cell);
      return result;
    },
    async confirm(id, token, keepMs) {
      const { cell, result } = confirm(claims.get(id), { token, untilMs: now() + keepMs });
      if (cell) claims.set(id, cell);
      return result;
    },
    release: async (id, token) => isReleasable(claims.get(id), token) && claims.delete(id),
    listen: (key) => wakeUps.listen(key, async () => "already"),
    pollMs: [10, 100],
  };
}

function* listed(records: ReadonlyMap<string, RecordCell>) {
  for (const [key, { value, expiresAtMs }] of records) {
    if (value !== undefined) yield { key, expiresAtMs };
  }
}

/** Forgets old claims each time as many came in as were left by the last sweep: a constant cost per claim. */
function createSweep(claims: Map<string, ClaimCell>, now: () => number): () => void {
  let until = 1000;
  return () => {
    if (--until > 0) return;
    for (const [id, cell] of claims) if (isForgettable(cell, now())) claims.delete(id);
    until = Math.max(1000, claims.size);
  };
}

function runtimeOf({ now, random, sleep }: MemoryStoreOptions): Runtime {
  const ownSleep = sleep ?? (now && ((ms, signal) => sleepBy(now, ms, signal)));
  return {
    nowMs: now ?? systemRuntime.nowMs,
    sleep: ownSleep ?? systemRuntime.sleep,
    random: random ?? systemRuntime.random,
    newToken: random ? createTokens(random) : systemRuntime.newToken,
  };
}

/** Counted, so that they differ whatever `random` returns. */
function createTokens(random: () => number): () => string {
  let count = 0;
  return () => `${++count}-${random().toString(36).slice(2)}`;
}

async function sleepBy(now: () => number, ms: number, signal: AbortSignal): Promise<void> {
  const endsAtMs = now() + ms;
  while (!signal.aborted && now() < endsAtMs) await systemRuntime.sleep(10, signal);
}
