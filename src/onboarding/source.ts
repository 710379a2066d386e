/** Hands out sellers one by one, those that were put back after the others. */

import type { Seller } from "./types.js";

/** A seller and its place in the input. */
export interface Taken {
  readonly seller: Seller;
  readonly index: number;
  /** Why it cannot be processed; undefined if it can. */
  readonly problem: string | undefined;
}

export interface Source {
  /** Sellers read so far. */
  readonly count: number;
  /** The next one; undefined when there are no more. Rejects with what the input throws. */
  next(): Promise<Taken | undefined>;
  /** Another process is working on it; it is handed out again later. */
  putBack(taken: Taken): void;
  /** No more sellers are needed, so the input can release its resources. */
  close(): void;
}

export interface SourceTools {
  /** Ends every wait, even on an input that never yields. */
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Pause before each seller that was put back. */
const againMs = 1000;

export function createSource(
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
  { signal, sleep }: SourceTools,
): Source {
  const iterator = iteratorOf(input);
  const seen = new Set<unknown>();
  const later: Taken[] = [];
  let exhausted = false;
  let count = 0;

  return {
    get count() {
      return count;
    },
    async next() {
      if (!exhausted) {
        const step = await unlessAborted(iterator.next(), signal);
        if (!step.done) {
          const seller = step.value;
          const problem = problemWith(seller?.identifier, seen);
          return { seller, index: count++, problem };
        }
        exhausted = true;
      }
      const taken = later.shift();
      if (taken) await sleep(againMs);
      return taken;
    },
    putBack: (taken) => void later.push(taken),
    close() {
      if (exhausted) return;
      // Not awaited: it is queued behind a `next` that may never settle.
      const closed = async (): Promise<unknown> => iterator.return?.();
      closed().catch(() => undefined);
    },
  };
}

/** Rejects with the signal's reason as soon as it is aborted. */
function unlessAborted<T>(answer: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop);
    const settled = Promise.resolve(answer).then(resolve, reject);
    settled.finally(() => signal.removeEventListener("abort", stop));
  });
}

function iteratorOf(
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
): Iterator<Seller> | AsyncIterator<Seller> {
  if (Symbol.asyncIterator in input) return input[Symbol.asyncIterator]();
  return Symbol.iterator in input ? input[Symbol.iterator]() : [input][Symbol.iterator]();
}

function problemWith(identifier: unknown, seen: Set<unknown>): string | undefined {
  if (typeof identifier !== "string" || identifier === "") {
    return "is missing, expected the platform's own reference of the seller";
  }
  if (seen.has(identifier)) return "is there twice, expected one entry for each seller";
  seen.add(identifier);
  return undefined;
}
