/** A memory store whose time and randomness the test decides. */

import { setTimeout as wait } from "node:timers/promises";
import { buildStore } from "../../src/stores/build-store.js";
import { createMemoryBackend } from "../../src/stores/memory/memory-backend.js";
import { systemRuntime } from "../../src/stores/runtime.js";
import type { Store } from "../../src/stores/store.js";

export interface TestedTime {
  /** Current Unix time in milliseconds; leases, claims, ages and waits follow it. */
  readonly now: () => number;
  readonly random?: () => number;
  /** Waits for this many milliseconds of `now`. Default: looks at `now` every 10 ms. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createTimedMemoryStore({ now, random, sleep }: TestedTime): Store {
  let tokens = 0;
  return buildStore(
    createMemoryBackend(() => ({ atMs: now(), upMs: now(), origin: "test" })),
    {
      nowMs: now,
      sleep: sleep ?? ((ms, signal) => sleepBy(now, ms, signal)),
      random: random ?? systemRuntime.random,
      newToken: () => `token-${++tokens}`,
    },
  );
}

async function sleepBy(now: () => number, ms: number, signal: AbortSignal): Promise<void> {
  const endsAtMs = now() + ms;
  while (!signal.aborted && now() < endsAtMs) await wait(10);
}
