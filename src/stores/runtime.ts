/** Time and randomness, injected. */

import { setTimeout as wait } from "node:timers/promises";
import { longestTimerMs } from "../checks/values.js";

export interface Runtime {
  /** Monotonic milliseconds; used for waiting, never for what is stored. */
  nowMs(): number;
  /** Resolves after this long, or as soon as the signal is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
  /** A unique string. */
  newToken(): string;
}

export const systemRuntime: Runtime = {
  nowMs: () => performance.now(),
  sleep,
  random: Math.random,
  // The global `crypto`, because loading node:crypto costs as much as loading this package.
  newToken: () => crypto.randomUUID(),
};

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  // It rejects only when the signal is aborted.
  return wait(Math.min(ms, longestTimerMs), undefined, { signal }).catch(() => undefined);
}
