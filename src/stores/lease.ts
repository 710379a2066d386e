/**
 * Waits for a lease, runs work under it, and gives it back.
 *
 * 1. Try to take the lease. It comes with the record, read in the same step.
 * 2. If another process holds it but the record is good enough, no lease is needed.
 * 3. Wait for a change, for the other lease to expire, or for the next poll, whichever comes first.
 * 4. Try again, unless the record has changed in the meantime: then judge it first. So of many waiters
 *    behind one refresh, none takes a lease for nothing.
 * 5. After the work, give the lease back, unless a write under its fence has already ended it.
 */

import { abortReason } from "../checks/abort.js";
import type { Acquired, Listener, StoreBackend } from "./backend.js";
import { type Runtime, sleep } from "./runtime.js";
import type { Lease, LeaseOptions, LeaseResult } from "./store.js";

export interface LeaseContext {
  readonly backend: StoreBackend;
  readonly runtime: Runtime;
  readonly held: Set<string>;
}

/** Even with change notifications, waiters poll now and then in case one got lost. */
const lookAgainMs = 1000;
const longestGiveBackMs = 1000;
/** More changes in a row than this, and the waiter pauses before it tries again. */
const mostChanges = 3;

export async function runWithLease<T>(
  context: LeaseContext,
  key: string,
  options: LeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<LeaseResult<T>> {
  const found = await waitForLease(context, key, options);
  if (found.kind !== "taken") return found;
  const { kind: _, ...lease } = found;
  const { fence } = lease;
  const name = heldName(key, fence);
  context.held.add(name);
  try {
    return { kind: "worked", result: await work(lease) };
  } finally {
    if (context.held.delete(name)) await giveBack(context, key, fence);
  }
}

/** The entry for a lease in the set of held leases. */
export function heldName(key: string, fence: number): string {
  return `${fence} ${key}`;
}

/**
 * Ignores failures and does not wait long, because some clients wait forever for an unreachable store. The
 * result of the work matters more, and the lease expires by itself.
 */
async function giveBack({ backend }: LeaseContext, key: string, fence: number): Promise<void> {
  const over = new AbortController();
  const given = backend.giveBack(key, fence).then(
    () => over.abort(),
    () => over.abort(),
  );
  await Promise.race([given, sleep(longestGiveBackMs, over.signal)]);
}

type Found =
  | (Extract<Acquired, { kind: "taken" }> & Pick<Lease, "askedAtMs">)
  | Exclude<LeaseResult<never>, { kind: "worked" }>;

async function waitForLease(
  context: LeaseContext,
  key: string,
  options: LeaseOptions,
): Promise<Found> {
  // Before the first attempt, so that no change between it and the wait is missed.
  const listener = context.backend.listen?.(key);
  try {
    return await tryUntilFound(context, key, options, listener);
  } finally {
    listener?.close();
  }
}

async function tryUntilFound(
  context: LeaseContext,
  key: string,
  { leaseMs, waitMs, signal, enough }: LeaseOptions,
  listener: Listener | undefined,
): Promise<Found> {
  const { backend, runtime } = context;
  const endsAtMs = runtime.nowMs() + waitMs;
  const token = runtime.newToken();
  let seenVersion: number | undefined;
  let changes = 0;
  for (let looks = 0; ; looks++) {
    if (signal?.aborted) throw abortReason(signal.reason);
    const askedAtMs = runtime.nowMs();
    const trying = backend.acquire(key, { leaseMs, token, seenVersion });
    const found = await unlessAborted(trying, signal, (late) => {
      if (late.kind === "taken") void giveBack(context, key, late.fence);
    });
    if (found.kind === "taken") return { ...found, askedAtMs };
    if (await enough?.(found.record)) return { kind: "enough", record: found.record };
    if (enough) seenVersion = found.record?.version ?? 0;
    if (found.kind === "changed" && ++changes <= mostChanges) continue;
    const leftMs = endsAtMs - runtime.nowMs();
    if (leftMs <= 0) return { kind: "busy" };
    const listening = (await listener?.start()) ?? "never";
    if (listening === "now") continue;
    const lookMs = listening === "never" ? pollMs(context, looks) : lookAgainMs;
    // Jittered, so that those waiting for the same lease do not all return at once.
    const leaseEndMs =
      found.kind === "held" ? found.remainingMs + 1 + runtime.random() * 10 : lookMs;
    await pause(runtime, Math.min(leftMs, lookMs, leaseEndMs), signal, listener);
    changes = 0;
  }
}

/** Rejects with the signal's reason as soon as it is aborted; a result after that goes to `late`. */
function unlessAborted<T>(
  answer: Promise<T>,
  signal: AbortSignal | undefined,
  late: (answer: T) => void,
): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(abortReason(signal.reason));
      answer.then(late, () => undefined);
    };
    signal.addEventListener("abort", abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function pollMs({ backend, runtime }: LeaseContext, looks: number): number {
  const [first, most] = backend.pollMs;
  return Math.min(most, first * 1.5 ** looks) * (0.75 + runtime.random() / 2);
}

async function pause(
  runtime: Runtime,
  ms: number,
  signal: AbortSignal | undefined,
  listener: Listener | undefined,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  if (signal?.aborted) return;
  signal?.addEventListener("abort", end);
  listener?.onChange(end);
  await runtime.sleep(ms, over.signal);
  listener?.onChange(undefined);
  signal?.removeEventListener("abort", end);
}
