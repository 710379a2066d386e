/** A process of the simulation: it has its own clocks, and can be stopped for a while or for good. */

import type { VirtualTime } from "./virtual-time.js";

export interface VirtualProcess {
  readonly name: string;
  isCrashed(): boolean;
  /** Monotonic; starts elsewhere in every process, so that mixing two of them cannot go unnoticed. */
  nowMs(): number;
  /** Unix time as this process believes it to be. */
  dateMs(): number;
  /** Its wall clock jumps. */
  stepClock(byMs: number): void;
  /** Never runs again. */
  crash(): void;
  /** As SIGSTOP, and SIGCONT after this long: what comes back meanwhile waits. */
  freeze(forMs: number): void;
  /** The whole machine sleeps for this long: its monotonic clock stands still, and its timers with it. */
  suspend(forMs: number): void;
  thaw(): void;
  /** Whether it was frozen or suspended at any time since a moment of virtual time. */
  wasFrozenSince(atMs: number): boolean;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Continues in this process, as soon as it runs. */
  resume(run: () => void): void;
  /** Resolves as soon as it runs. */
  running(): Promise<void>;
}

export function createVirtualProcess(
  time: VirtualTime,
  name: string,
  startedMs: number,
): VirtualProcess {
  let crashed = false;
  let frozenUntilMs = 0;
  let lastFrozenMs = Number.NEGATIVE_INFINITY;
  let skewMs = 0;
  let suspendedMs = 0;
  let suspendedFromMs: number | undefined;

  function resume(run: () => void): void {
    if (crashed) return;
    if (time.nowMs() < frozenUntilMs) {
      time.at(frozenUntilMs, () => resume(run));
      return;
    }
    wakeUp();
    run();
  }

  function nowMs(): number {
    const asleepMs = suspendedFromMs === undefined ? 0 : time.nowMs() - suspendedFromMs;
    return time.nowMs() + startedMs - suspendedMs - asleepMs;
  }

  function wakeUp(): void {
    if (suspendedFromMs === undefined || time.nowMs() < frozenUntilMs) return;
    suspendedMs += time.nowMs() - suspendedFromMs;
    suspendedFromMs = undefined;
  }

  function freeze(forMs: number): void {
    frozenUntilMs = Math.max(frozenUntilMs, time.nowMs() + forMs);
    lastFrozenMs = frozenUntilMs;
  }

  /** Calls back once its own clock has come so far. */
  function after(ms: number, run: () => void): void {
    const endMs = nowMs() + ms;
    time.at(time.nowMs() + ms, () =>
      resume(() => {
        // Its clock may have stood still meanwhile.
        if (endMs - nowMs() >= 1) after(endMs - nowMs(), run);
        else run();
      }),
    );
  }

  return {
    name,
    isCrashed: () => crashed,
    nowMs,
    dateMs: () => Math.floor(epochMs + time.nowMs() + skewMs),
    stepClock(byMs) {
      skewMs += byMs;
    },
    crash() {
      crashed = true;
    },
    freeze,
    suspend(forMs) {
      suspendedFromMs ??= time.nowMs();
      freeze(forMs);
    },
    thaw() {
      if (frozenUntilMs > time.nowMs()) lastFrozenMs = time.nowMs();
      frozenUntilMs = Math.min(frozenUntilMs, time.nowMs());
      wakeUp();
    },
    wasFrozenSince: (atMs) => lastFrozenMs >= atMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const end = (): void => resolve();
        signal?.addEventListener("abort", end, { once: true });
        after(ms, end);
      }),
    resume,
    running: () => new Promise(resume),
  };
}

/** When virtual time began. */
export const epochMs = Date.UTC(2026, 0, 1);
