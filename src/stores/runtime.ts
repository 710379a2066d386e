/** Time and chance, as arguments. */

export interface Runtime {
  /** Milliseconds that only go forward; used for waiting, never for what is stored. */
  nowMs(): number;
  /** Resolves after so long, or as soon as the signal is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
  /** A text that nobody else will make. */
  newToken(): string;
}

export const systemRuntime: Runtime = {
  nowMs: () => performance.now(),
  sleep,
  random: Math.random,
  // The global one, because loading node:crypto costs as much as loading this package.
  newToken: () => crypto.randomUUID(),
};

/** Longest wait that a timer can be set to. */
const longestMs = 2 ** 31 - 1;

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, longestMs));
    signal.addEventListener("abort", end);
  });
}
