/**
 * Runs many sellers: a limited number at a time through their steps, and all submitted ones through one
 * watch. A seller that another process is working on is tried again after the others.
 */

import { setMaxListeners } from "node:events";
import { allOf, refuseUnknown } from "../checks/options.js";
import { AccountStatusError, ValidationError } from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import type { Rfi } from "../generated/rfis.js";
import type { AccountsResource } from "../resources/accounts.js";
import type { FilesResource } from "../resources/files.js";
import type { RfisResource } from "../resources/rfis.js";
import type { Store } from "../stores/store.js";
import { createRecords } from "./record.js";
import { createSource, type Taken } from "./source.js";
import { type Brought, bringForward, pauseAfter } from "./steps.js";
import { createTally, type Ending } from "./tally.js";
import { createOpenRfis, missingOf } from "./to-do.js";
import type { OnboardingOptions, OnboardingReport, Seller } from "./types.js";
import { createWatch } from "./watch.js";

/** What a run needs: resources whose calls respect the rate limits. */
export interface OnboardingTools {
  /** Identifies the host and the caller, in one string. */
  readonly platform: string;
  readonly accounts: AccountsResource;
  readonly files: FilesResource;
  readonly rfis: RfisResource;
  /** Requests per second that the API allows to one endpoint. */
  readonly perEndpointPerSecond: number;
}

const optionNames = allOf<keyof OnboardingOptions>({
  store: true,
  onProgress: true,
  signal: true,
  concurrency: true,
  reviewTimeoutMs: true,
  reviewIntervalMs: true,
  keyPrefix: true,
});

/** Enough to bridge slow responses and back-off, with a queue short enough for the calls' timeouts. */
const secondsOfWork = 5;

export async function runOnboarding(
  tools: OnboardingTools,
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
  options: OnboardingOptions,
): Promise<OnboardingReport> {
  refuseUnknown("Cannot run onboarding", options, optionNames);
  const { concurrency = secondsOfWork * tools.perEndpointPerSecond } = options;
  checkOptions(options, concurrency);
  const stop = createStop(options.signal);
  try {
    return await runAll(tools, input, options, { stop, concurrency });
  } finally {
    stop.close();
  }
}

interface Told {
  readonly stop: Stop;
  readonly concurrency: number;
}

async function runAll(
  { accounts, files, rfis, platform }: OnboardingTools,
  input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
  options: OnboardingOptions,
  { stop, concurrency }: Told,
): Promise<OnboardingReport> {
  const {
    keyPrefix = `airwallex:onboarding:${platform}:`,
    reviewTimeoutMs = 600_000,
    reviewIntervalMs = 250,
  } = options;
  const { signal } = stop;
  const sleep = (ms: number): Promise<void> => pause(ms, signal);
  const source = createSource(input, { signal, sleep });
  const tally = createTally(() => source.count, options.onProgress, stop.now);
  const records = createRecords(options.store, keyPrefix);
  const watch = createWatch({
    accounts,
    signal,
    sleep,
    timeoutMs: reviewTimeoutMs,
    intervalMs: reviewIntervalMs,
  });
  const openRfis = createOpenRfis(rfis, signal);
  const steps = { accounts, files, records, signal, sleep, onStep: tally.step };
  const waits: Promise<void>[] = [];

  // Sellers that are done according to the store need no call, so a refused key would go unnoticed.
  async function askFirst(): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await accounts.list({ page_size: 1 }, { signal });
        return;
      } catch (error) {
        const pauseMs = pauseAfter(error, failures);
        if (pauseMs === undefined) throw error;
        await sleep(pauseMs);
      }
    }
  }

  async function workOn(taken: Taken): Promise<void> {
    const { seller, problem } = taken;
    if (problem !== undefined) return tally.end(taken, failedBy(problem));
    const brought = await bringForward(steps, seller);
    if (brought.kind === "busy") return source.putBack(taken);
    if (brought.kind !== "submitted") return tally.end(taken, endingOf(brought));
    const { accountId } = brought;
    const submitted = { kind: "done", step: "submit", accountId, status: "SUBMITTED" } as const;
    if (seller.waitFor === "SUBMITTED") return tally.end(taken, submitted);
    waits.push(waitFor(taken, accountId).catch(stop.now));
  }

  async function waitFor(taken: Taken, accountId: string): Promise<void> {
    const account = await watch.wait(accountId);
    const asked = account === undefined || account.status === "ACTION_REQUIRED";
    const open = asked ? await openRfis(accountId) : [];
    const ending = account ? judge(account, open) : judgeWaiting(accountId, open);
    const failed = await remember(taken.seller, ending, account).catch(
      (error): Ending => ({ kind: "failed", step: "wait", accountId, error }),
    );
    tally.end(taken, failed ?? ending);
  }

  async function remember(
    { identifier }: Seller,
    ending: Ending,
    reviewed: Account | undefined,
  ): Promise<undefined> {
    const { kind, accountId } = ending;
    if (kind === "done") {
      await records.finish(identifier, { stage: "done", accountId, status: ending.status });
    }
    // After a finished review the next run sends everything again; while one goes on, it only waits.
    if (kind === "missing" && reviewed) {
      await records.finish(identifier, { stage: "created", accountId });
    }
    return undefined;
  }

  async function work(): Promise<void> {
    while (!signal.aborted) {
      const taken = await source.next();
      if (!taken) return;
      await workOn(taken);
    }
  }

  await askFirst();
  const workers = Array.from({ length: Math.ceil(concurrency) }, () => work().catch(stop.now));
  await Promise.all(workers);
  source.close();
  await Promise.all(waits);
  if (signal.aborted) throw signal.reason;
  return tally.report();
}

function checkOptions(
  { store, reviewTimeoutMs = 0, reviewIntervalMs = 1 }: OnboardingOptions,
  concurrency: number,
): void {
  const wrong = (option: string, problem: string): TypeError =>
    new TypeError(`Cannot run onboarding: ${option} ${problem}`);
  if (typeof (store as Partial<Store> | undefined)?.withLease !== "function") {
    throw wrong("store", "is not a store, expected one such as createFileStore({ directory })");
  }
  if (!(concurrency > 0 && Number.isFinite(concurrency))) {
    throw wrong("concurrency", `is ${concurrency}, expected a number of at least 1`);
  }
  if (!(reviewTimeoutMs >= 0)) {
    throw wrong("reviewTimeoutMs", `is ${reviewTimeoutMs}, expected 0 or more`);
  }
  if (!(reviewIntervalMs > 0)) {
    throw wrong("reviewIntervalMs", `is ${reviewIntervalMs}, expected a number above 0`);
  }
}

interface Stop {
  readonly signal: AbortSignal;
  now(reason: unknown): void;
  close(): void;
}

/** One signal for the caller's abort and for errors that end the run. */
function createStop(wish: AbortSignal | undefined): Stop {
  const controller = new AbortController();
  // Every pausing seller adds a listener.
  setMaxListeners(0, controller.signal);
  const follow = (): void => controller.abort(wish?.reason);
  if (wish?.aborted) follow();
  wish?.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    now: (reason) => controller.abort(reason),
    close: () => wish?.removeEventListener("abort", follow),
  };
}

/** Rejects with the signal's reason. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop);
  });
}

function failedBy(problem: string): Ending {
  const error = new ValidationError("onboarding.run", [{ path: ["identifier"], message: problem }]);
  return { kind: "failed", step: "create", accountId: undefined, error };
}

function endingOf(brought: Exclude<Brought, { kind: "busy" | "submitted" }>): Ending {
  return brought.kind === "done" ? { ...brought, step: "wait" } : brought;
}

function judgeWaiting(accountId: string, open: readonly Rfi[]): Ending {
  if (open.length > 0)
    return { kind: "missing", step: "wait", accountId, missing: missingOf(open) };
  return { kind: "waiting", step: "wait", accountId, status: "SUBMITTED" };
}

function judge(account: Account, open: readonly Rfi[]): Ending {
  const { id: accountId, status } = account;
  if (status === "ACTIVE") return { kind: "done", step: "wait", accountId, status };
  if (status === "ACTION_REQUIRED") {
    const missing = missingOf([account, ...open]);
    return { kind: "missing", step: "wait", accountId, missing };
  }
  const message = `Cannot wait for ${accountId} to become ACTIVE: it is ${status}`;
  const facts = { accountId, status, waitedForMs: 0 };
  const error = new AccountStatusError("status_unreachable", message, facts, account);
  return { kind: "failed", step: "wait", accountId, error };
}
