/** Runs the conformance suite under vitest. */

import { describe, test } from "vitest";
import { storeConformanceCases } from "../../src/stores/conformance/index.js";
import type { Store } from "../../src/stores/store.js";

export function describeConformance(title: string, makeStore: () => Store | Promise<Store>): void {
  describe(title, () => {
    const cases = storeConformanceCases(makeStore, { paceMs: 60 });
    // Each case has its own keys, and most of them do little but wait.
    for (const { name, run } of cases) test.concurrent(name, run);
  });
}

/** A write without expiry or lease. */
export function plainWrite(value: string, expectedVersion: number) {
  return { value, expectedVersion, expiresAtMs: undefined };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Collects the process warnings of stores until the returned function is called, which returns them. */
export function collectWarnings(): () => Promise<string[]> {
  const texts: string[] = [];
  const collect = ({ name, message }: Error): void => {
    if (name === "AirwallexStoreWarning") texts.push(message);
  };
  process.on("warning", collect);
  return async () => {
    // Node emits a warning in the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", collect);
    return texts;
  };
}
