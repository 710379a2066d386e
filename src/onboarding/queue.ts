/**
 * The sellers of a run, in the order of the input. A seller that another process is working on goes to
 * the end.
 */

import { orAborted, sleep } from "./abort.js";
import type { Seller } from "./types.js";

/** A seller and its place in the input. */
export interface QueuedSeller {
  readonly seller: Seller;
  readonly index: number;
  /** Why it cannot be processed; undefined if it can. */
  readonly problem: string | undefined;
}

export interface SellerQueue {
  /** Sellers read so far. */
  readonly count: number;
  /** The next one; undefined when there are no more. Rejects with what the input throws. */
  next(): Promise<QueuedSeller | undefined>;
  /** Hands it out again, once all others have been. */
  retryLater(queued: QueuedSeller): void;
  /** No more sellers are needed, so the input can release its resources. */
  close(): void;
}

/** Pause before each seller that is handed out again. */
const retryAfterMs = 1000;

/** @param signal ends every wait, even for an input that never yields */
export function createSellerQueue(
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
  signal: AbortSignal,
): SellerQueue {
  const iterator = iteratorOf(input);
  const identifiers = new Set<unknown>();
  const later: QueuedSeller[] = [];
  let exhausted = false;
  let count = 0;

  return {
    get count() {
      return count;
    },
    async next() {
      if (!exhausted) {
        const step = await orAborted(iterator.next(), signal);
        if (!step.done) {
          const seller = step.value;
          const problem = problemWith(seller?.identifier, identifiers);
          return { seller, index: count++, problem };
        }
        exhausted = true;
      }
      const queued = later.shift();
      if (queued) await sleep(retryAfterMs, signal);
      return queued;
    },
    retryLater: (queued) => void later.push(queued),
    close() {
      if (exhausted) return;
      // Not awaited: it is queued behind a `next` that may never settle.
      const closed = async (): Promise<unknown> => iterator.return?.();
      closed().catch(() => undefined);
    },
  };
}

function iteratorOf(
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
): Iterator<Seller> | AsyncIterator<Seller> {
  if (Symbol.asyncIterator in input) return input[Symbol.asyncIterator]();
  return Symbol.iterator in input ? input[Symbol.iterator]() : [input][Symbol.iterator]();
}

function problemWith(identifier: unknown, known: Set<unknown>): string | undefined {
  if (typeof identifier !== "string" || identifier === "") {
    return "is missing, expected the platform's own reference of the seller";
  }
  if (known.has(identifier)) return "is there twice, expected one entry for each seller";
  known.add(identifier);
  return undefined;
}
