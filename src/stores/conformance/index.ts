/**
 * What every store must do, as cases for any test runner: for authors of stores.
 *
 * With vitest, `node:test`, or anything else that has a `test(name, run)`:
 *
 *     for (const { name, run } of storeConformanceCases(makeStore)) test(name, run);
 */

import { AssertionError } from "node:assert";
import { setTimeout as wait } from "node:timers/promises";
import { isError } from "../../checks/errors.js";
import type { Store } from "../store.js";
import { type CaseList, createCaseContext } from "./case.js";
import { claimCases } from "./claims.js";
import { handOverCases, leaseCases } from "./leases.js";
import { listCases } from "./lists.js";
import { recordCases } from "./records.js";
import { textCases } from "./texts.js";

export type { Store } from "../store.js";

/** How long the suite waits. */
export interface StoreConformanceOptions {
  /**
   * How long a short lease or claim lasts in the cases that wait for its end, in milliseconds; default
   * 100. Use more for a store that takes longer than that to reply.
   */
  readonly paceMs?: number | undefined;
  /** Time limit for each case, in milliseconds; default 60,000. It only ends what hangs. */
  readonly limitMs?: number | undefined;
}

/** One sentence of the contract, and a check that it holds. */
export interface StoreConformanceCase {
  readonly name: string;
  /** Rejects if the store does not do what the name says. */
  run(): Promise<void>;
}

/** The results of the cases, by name. */
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
 * Returns every case, for a test runner to run. They may run one after another or concurrently.
 *
 * @param makeStore Called twice; both stores must work on the same data, as two processes would. Keys used
 * by the cases start with `conformance-`, except for some hostile ones: give the stores data of their own.
 */
export function storeConformanceCases(
  makeStore: () => Store | Promise<Store>,
  { paceMs = 100, limitMs = 60_000 }: StoreConformanceOptions = {},
): readonly StoreConformanceCase[] {
  let stores: Promise<readonly [Store, Store]> | undefined;
  const make = async () => [await makeStore(), await makeStore()] as const;
  return Object.entries(allCases).map(([name, check]) => ({
    name,
    async run() {
      stores ??= make();
      const [one, other] = await stores;
      await inTime(check(createCaseContext(one, other, paceMs)), limitMs);
    },
  }));
}

/**
 * Runs every case, one after another, and returns the report.
 *
 * @throws AssertionError that names every failed case, with the reasons in `cause`.
 * @example
 * const backend = createMemoryStore(); // yours
 * await runStoreConformance(() => backend);
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
  const message = isError(error) ? error.message : String(error);
  return message.split("\n").join("\n    ");
}

async function inTime(check: Promise<void>, limitMs: number): Promise<void> {
  const over = new AbortController();
  const late = wait(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new AssertionError({ message: `it is not over after ${limitMs} ms` });
  });
  try {
    await Promise.race([check, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
