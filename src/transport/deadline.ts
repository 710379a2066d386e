/** The single deadline of a call: login, queueing, connecting, response, body, back-off and retries. */

import { abortReason } from "../checks/abort.js";
import { longestTimerMs, showNumber } from "../checks/values.js";

/** Why a call was stopped from outside. */
export type Ended =
  | { readonly kind: "timeout" }
  | { readonly kind: "aborted"; readonly reason: Error };

/** Rejects whatever a call was waiting for when its deadline passed or its caller aborted it. */
export class DeadlineError extends Error {
  readonly ended: Ended;

  /** @param cause the latest failure of what was being waited for */
  constructor(ended: Ended, cause?: unknown) {
    super(ended.kind, { cause });
    this.ended = ended;
  }
}

/**
 * A timer and the caller's signal in one object, with a single slot for whatever the call is currently
 * waiting for: a call does one thing at a time. One `setTimeout` and one listener cost a tenth of
 * `AbortSignal.any`, which on Node 20 also leaks memory for every signal it ever joined.
 *
 * Must be closed, or the timer and the listener leak.
 */
export class Deadline {
  /** What the call is doing, for the message of a timeout. */
  phase = "starting";
  ended: Ended | undefined;
  readonly #expiresAtMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  #stop: ((error: DeadlineError) => void) | undefined;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#expiresAtMs = performance.now() + timeoutMs;
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#end({ kind: "timeout" }), timeoutMs);
    if (signal === undefined) return;
    if (signal.aborted) this.ended = { kind: "aborted", reason: abortReason(signal.reason) };
    else follow(signal, this);
  }

  get remainingMs(): number {
    return this.ended ? 0 : Math.max(0, this.#expiresAtMs - performance.now());
  }

  /** Throws if the call is already over, even if the timer is late, as after a suspended process resumes. */
  check(): void {
    if (performance.now() >= this.#expiresAtMs) this.ended ??= { kind: "timeout" };
    if (this.ended) throw new DeadlineError(this.ended);
  }

  /** Sets what the call now waits for and how to stop it. If the call is over, stops it at once. */
  watch(phase: string, stop: (error: DeadlineError) => void): void {
    this.phase = phase;
    this.#stop = stop;
    if (this.ended) this.#end(this.ended);
  }

  /** The wait is over. */
  unwatch(): void {
    this.#stop = undefined;
  }

  /** Waits for a promise that others may share: giving up does not stop it for them. */
  async race<T>(phase: string, shared: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.watch(phase, reject);
        shared.then(resolve, reject);
      });
    } finally {
      this.unwatch();
    }
  }

  async sleep(phase: string, ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(resolve, Math.min(ms, longestTimerMs));
        this.watch(phase, reject);
      });
    } finally {
      clearTimeout(timer);
      this.unwatch();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#signal) unfollow(this.#signal, this);
  }

  /** The caller's signal has fired. */
  abort(reason: unknown): void {
    this.#end({ kind: "aborted", reason: abortReason(reason) });
  }

  #end(ended: Ended): void {
    this.ended ??= ended;
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.(new DeadlineError(this.ended));
  }
}

/** @throws RangeError, TypeError for a time or a signal that cannot be used */
export function openDeadline(
  operation: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Deadline {
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0 && timeoutMs <= longestTimerMs)) {
    throw new RangeError(
      `Cannot call ${operation}: timeoutMs is ${showNumber(timeoutMs)}, expected a number above 0 and up to ${longestTimerMs}`,
    );
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`Cannot call ${operation}: signal is not an AbortSignal`);
  }
  return new Deadline(timeoutMs, signal);
}

interface Following {
  readonly deadlines: Set<Deadline>;
  readonly listener: () => void;
}

/** One listener per signal, however many calls share it: Node warns about the eleventh. */
const following = new WeakMap<AbortSignal, Following>();

function follow(signal: AbortSignal, deadline: Deadline): void {
  const known = following.get(signal);
  if (known) {
    known.deadlines.add(deadline);
    return;
  }
  const deadlines = new Set([deadline]);
  const listener = (): void => {
    for (const each of deadlines) each.abort(signal.reason);
  };
  following.set(signal, { deadlines, listener });
  signal.addEventListener("abort", listener);
}

function unfollow(signal: AbortSignal, deadline: Deadline): void {
  const known = following.get(signal);
  if (!known?.deadlines.delete(deadline) || known.deadlines.size > 0) return;
  following.delete(signal);
  signal.removeEventListener("abort", known.listener);
}
