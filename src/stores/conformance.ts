/**
 * What every store has to do, as cases that any test runner can run: for authors of stores.
 *
 * With vitest, `node:test`, or anything else that has a `test(name, run)`:
 *
 *     for (const { name, run } of storeConformanceCases(makeStore)) test(name, run);
 */

import { AssertionError } from "node:assert";
import { type CaseList, createBench } from "./conformance-bench.js";
import { claimCases } from "./conformance-claims.js";
import { handOverCases, leaseCases } from "./conformance-leases.js";
import { listCases } from "./conformance-lists.js";
import { recordCases } from "./conformance-records.js";
import { textCases } from "./conformance-texts.js";
import type { Store } from "./store.js";

export type { Store } from "./store.js";

/** How patient the suite is. */
export interface StoreConformanceOptions {
  /**
   * How long a short lease or claim lasts in the cases that wait for its end, in milliseconds; default
   * 100. Take more for a store whose answers take longer than that.
   */
  readonly paceMs?: number | undefined;
  /** A case that takes longer has failed, in milliseconds; default 15,000. */
  readonly limitMs?: number | undefined;
}

/** One sentence of the contract, and the check that it holds. */
export interface StoreConformanceCase {
  readonly name: string;
  /** Rejects when the store does not do what the name says. */
  run(): Promise<void>;
}

/** What came of the cases, by their names. */
export interface StoreConformanceReport {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

const allCases: CaseList = {
  ...recordCases,
  ...textCases,
  ...leaseCases,
  ...handOverCases,
  ...listCases,
  ...claimCases,
};

/**
 * Every case, to be run by a test runner. They may run one after the other or at once.
 *
 * @param makeStore Is asked twice, and both stores must work on the same data, as two processes would.
 * Keys of the cases begin with `conformance-`, but for a few hostile ones: give it data of its own.
 */
export function storeConformanceCases(
  makeStore: () => Store | Promise<Store>,
  { paceMs = 100, limitMs = 15_000 }: StoreConformanceOptions = {},
): readonly StoreConformanceCase[] {
  let stores: Promise<readonly [Store, Store]> | undefined;
  const make = async () => [await makeStore(), await makeStore()] as const;
  return Object.entries(allCases).map(([name, check]) => ({
    name,
    async run() {
      stores ??= make();
      const [one, other] = await stores;
      await inTime(check(createBench(one, other, paceMs)), limitMs);
    },
  }));
}

/**
 * Runs every case, one after the other, and answers what passed.
 *
 * @throws AssertionError that names every case that failed, with the reasons in `cause`.
 * @example
 * await runStoreConformance(() => createMyStore(client));
 */
export async function runStoreConformance(
  makeStore: () => Store | Promise<Store>,
  options: StoreConformanceOptions = {},
): Promise<StoreConformanceReport> {
  const passed: string[] = [];
  const failed: { readonly name: string; readonly error: unknown }[] = [];
  for (const { name, run } of storeConformanceCases(makeStore, options)) {
    try {
      await run();
      passed.push(name);
    } catch (error) {
      failed.push({ name, error });
    }
  }
  if (failed.length > 0) throw summarize(failed);
  return { passed, failed };
}

function summarize(failed: StoreConformanceReport["failed"]): AssertionError {
  const lines = failed.map(({ name, error }) => `- ${name}: ${describe(error)}`);
  const error = new AssertionError({
    message: `The store fails ${failed.length} case(s) of the contract\n${lines.join("\n")}`,
  });
  error.cause = new AggregateError(failed.map((each) => each.error));
  return error;
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n").join("\n    ");
}

async function inTime(check: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `it is not over after ${limitMs} ms`;
    timer = setTimeout(() => reject(new AssertionError({ message })), limitMs);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
