/** Time and randomness, injected. */

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
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, longestTimerMs));
    signal.addEventListener("abort", end);
  });
}
