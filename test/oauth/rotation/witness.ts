/**
 * Sees everything that happens, and judges whether an outcome may be unknown.
 *
 * It may not if some process looked at the mark early enough and nothing went wrong from then on for as long
 * as it takes to settle it. Then the store, the network and a process were there in time.
 */

import { rotationLimits } from "../../../src/oauth/limits.js";

export interface Witness {
  /** Something goes wrong during this period. */
  troubled(fromMs: number, toMs: number): void;
  /** A process asks for the lease. */
  looked(atMs: number): void;
  /** A refresh token is about to be spent; not called again when the mark only changes hands. */
  marked(atMs: number): void;
  mustBeSettled(): boolean;
}

const { graceMs, marginMs, requestMs, leaseMs } = rotationLimits;
/** The lease of a process that died, the longest wait until the next look, and two round trips. */
const settlingMs = leaseMs + 1500;
/** From the mark until a request can no longer be sure to end within the grace. */
const spendableMs = graceMs - marginMs - requestMs;

export function createWitness(): Witness {
  const troubles: (readonly [fromMs: number, toMs: number])[] = [];
  const looks: number[] = [];
  let markedAtMs = 0;

  function isCalm(fromMs: number, toMs: number): boolean {
    return troubles.every(([from, to]) => to < fromMs || from > toMs);
  }

  return {
    troubled: (fromMs, toMs) => troubles.push([fromMs, toMs]),
    looked: (atMs) => looks.push(atMs),
    marked(atMs) {
      markedAtMs = atMs;
    },
    mustBeSettled() {
      const lastMs = markedAtMs + spendableMs - settlingMs;
      return looks.some(
        (atMs) => atMs >= markedAtMs && atMs <= lastMs && isCalm(atMs, atMs + settlingMs),
      );
    },
  };
}
