/** Repeatable randomness: the same seed gives the same numbers. */

import { createHash } from "node:crypto";

/** The hash from which ids and random numbers are derived. */
export function digest(...parts: readonly (string | number)[]): Buffer {
  return createHash("sha256").update(parts.join("\n")).digest();
}

/** Returns a generator of numbers from 0 up to, not including, 1. */
export function createRandom(...seed: readonly (string | number)[]): () => number {
  let drawn = 0;
  return () => digest(...seed, drawn++).readUInt32BE(0) / 2 ** 32;
}
