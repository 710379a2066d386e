/** Timers that can be ended together, so that none keeps a process alive after it was told to end. */

export interface Timers {
  /** Unless `unref` is set, it keeps the process alive. */
  sleep(ms: number, options?: { readonly unref?: boolean }): Promise<void>;
  /** Ends all that sleep. */
  wakeAll(): void;
}

export function createTimers(): Timers {
  const sleeping = new Map<NodeJS.Timeout, () => void>();
  return {
    sleep: (ms, { unref } = {}) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          sleeping.delete(timer);
          resolve();
        }, ms);
        if (unref) timer.unref();
        sleeping.set(timer, resolve);
      }),
    wakeAll() {
      for (const [timer, resolve] of sleeping) {
        clearTimeout(timer);
        resolve();
      }
      sleeping.clear();
    },
  };
}
