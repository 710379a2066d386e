/** What a case of the conformance suite works with. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Lease, LeaseOptions, LeaseResult, Store, StoredRecord, Write } from "../store.js";

export interface CaseContext {
  /** Two stores on the same data. */
  readonly one: Store;
  readonly other: Store;
  /** A key that nobody else uses. */
  readonly key: string;
  /** How long a short lease or claim lasts. */
  readonly paceMs: number;
}

/** Cases by name, each name a sentence about the store. */
export type CaseList = Readonly<Record<string, (context: CaseContext) => Promise<void>>>;

export function createCaseContext(one: Store, other: Store, paceMs: number): CaseContext {
  return { one, other, paceMs, key: `conformance-${randomUUID()}/key` };
}

export function pause(ms: number): Promise<void> {
  return wait(ms);
}

/** A write without expiry or lease, unless told otherwise. */
export function writing(value: string, expectedVersion: number, more: Partial<Write> = {}): Write {
  return { value, expectedVersion, expiresAtMs: undefined, ...more };
}

/** A lease that lasts longer than the case, unless told otherwise. */
export function leasing(more: Partial<LeaseOptions> = {}): LeaseOptions {
  return { leaseMs: 60_000, waitMs: 10_000, ...more };
}

export const once: LeaseOptions = leasing({ waitMs: 0 });

export interface HeldLease {
  readonly lease: Lease;
  /** Lets the work end, and waits until the lease is given back. */
  end(): Promise<LeaseResult<void>>;
}

/** Takes a lease and holds it until told to end. */
export async function hold(
  store: Store,
  key: string,
  options: LeaseOptions = leasing(),
): Promise<HeldLease> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { lease, result } = await new Promise<{ lease: Lease; result: Promise<LeaseResult<void>> }>(
    (resolve, reject) => {
      const result = store.withLease(key, options, async (lease) => {
        // Deferred, because `result` is not assigned until withLease() has returned.
        queueMicrotask(() => resolve({ lease, result }));
        await finished;
      });
      result.then(({ kind }) => reject(new Error(`No lease: the store says ${kind}`)), reject);
    },
  );
  return {
    lease,
    end() {
      finish();
      return result;
    },
  };
}

/** Whether someone holds the lease now. */
export async function isHeld(store: Store, key: string): Promise<boolean> {
  return (await store.withLease(key, once, async () => undefined)).kind === "busy";
}

export function equalRecord(
  actual: StoredRecord | undefined,
  expected: Omit<StoredRecord, "ageMs">,
): void {
  assert.ok(actual !== undefined, "there is no record");
  const { ageMs: _ageMs, ...rest } = actual;
  assert.deepEqual({ ...rest }, expected);
}

/** Rejects with a TypeError or RangeError. */
export async function refuses(what: string, call: () => Promise<unknown>): Promise<void> {
  const isRefusal = (error: unknown): boolean =>
    error instanceof TypeError || error instanceof RangeError;
  await assert.rejects(async () => call(), isRefusal, `${what} is not refused`);
}
