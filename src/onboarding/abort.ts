/** What ends a run early, and waits that end with it. */

import { events } from "../transport/builtin.js";

/** One signal for the caller's abort and for errors that end the run. */
export interface RunAbort {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Stops listening to the caller's signal. */
  close(): void;
}

export function createRunAbort(callers: AbortSignal | undefined): RunAbort {
  const controller = new AbortController();
  // Every seller that waits adds a listener.
  events().setMaxListeners(0, controller.signal);
  const follow = (): void => controller.abort(callers?.reason);
  if (callers?.aborted) follow();
  callers?.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    close: () => callers?.removeEventListener("abort", follow),
  };
}

/** Rejects with the signal's reason when it is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop);
  });
}

/** Settles as the promise does, or rejects with the signal's reason, whichever comes first. */
export function orAborted<T>(promise: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop);
    const settled = Promise.resolve(promise).then(resolve, reject);
    settled.finally(() => signal.removeEventListener("abort", stop));
  });
}
