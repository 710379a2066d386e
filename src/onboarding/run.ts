/**
 * Runs many sellers: a limited number at a time through their steps, and all submitted ones through one
 * watch over the reviews.
 */

import { allOf, refuseUnknown } from "../checks/options.js";
import { showNumber } from "../checks/values.js";
import type { Account } from "../generated/accounts.js";
import type { AccountsResource } from "../resources/accounts.js";
import type { FilesResource } from "../resources/files.js";
import type { RfisResource } from "../resources/rfis.js";
import type { Store } from "../stores/store.js";
import { createRunAbort, type RunAbort, sleep } from "./abort.js";
import { invalidSeller, outcomeOfReview, type SellerOutcome } from "./outcome.js";
import { createSellerQueue, type QueuedSeller, type SellerQueue } from "./queue.js";
import { createRecords, type Records } from "./record.js";
import { createReporter, type Reporter } from "./reporter.js";
import { pauseAfter, runSteps, type StepTools } from "./steps.js";
import { createOpenRfis, type OpenRfis } from "./to-do.js";
import type { OnboardingOptions, OnboardingReport, Seller } from "./types.js";
import { createWatch, type Watch } from "./watch.js";

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

type Input = Seller | Iterable<Seller> | AsyncIterable<Seller>;

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
/** However high the rate limits are. */
const mostAtOnce = 1000;

export async function runOnboarding(
  tools: OnboardingTools,
  input: Input,
  options: OnboardingOptions,
): Promise<OnboardingReport> {
  refuseUnknown("Cannot run onboarding", options, optionNames);
  const usual = Math.min(Math.ceil(secondsOfWork * tools.perEndpointPerSecond), mostAtOnce);
  const { concurrency = usual } = options;
  checkOptions(options, concurrency);
  const abort = createRunAbort(options.signal);
  try {
    const run = openRun(tools, input, options, abort);
    await checkAccess(run);
    const workers = Array.from({ length: concurrency }, () => work(run).catch(abort.abort));
    await Promise.all(workers);
    run.queue.close();
    await Promise.all(run.reviews);
    if (abort.signal.aborted) throw abort.signal.reason;
    return run.reporter.report();
  } finally {
    abort.close();
  }
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
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= mostAtOnce)) {
    const expected = `a whole number from 1 to ${mostAtOnce}`;
    throw wrong("concurrency", `is ${showNumber(concurrency)}, expected ${expected}`);
  }
  if (!(reviewTimeoutMs >= 0)) {
    throw wrong("reviewTimeoutMs", `is ${reviewTimeoutMs}, expected 0 or more`);
  }
  if (!(reviewIntervalMs > 0)) {
    throw wrong("reviewIntervalMs", `is ${reviewIntervalMs}, expected a number above 0`);
  }
}

/** What the workers of one run share. */
interface Run {
  readonly abort: RunAbort;
  readonly queue: SellerQueue;
  readonly reporter: Reporter;
  readonly records: Records;
  readonly steps: StepTools;
  readonly watch: Watch;
  readonly openRfis: OpenRfis;
  /** One for each seller that waits for its review. */
  readonly reviews: Promise<void>[];
}

function openRun(
  { accounts, files, rfis, platform }: OnboardingTools,
  input: Input,
  options: OnboardingOptions,
  abort: RunAbort,
): Run {
  const {
    store,
    onProgress,
    keyPrefix = `airwallex:onboarding:${platform}:`,
    reviewTimeoutMs: timeoutMs = 600_000,
    reviewIntervalMs: intervalMs = 250,
  } = options;
  const { signal } = abort;
  const waits = { now: () => performance.now(), sleep: (ms: number) => sleep(ms, signal) };
  const queue = createSellerQueue(input, signal);
  const reporter = createReporter(() => queue.count, onProgress, abort.abort);
  const records = createRecords(store, keyPrefix);
  return {
    abort,
    queue,
    reporter,
    records,
    steps: { accounts, files, records, signal, ...waits, onStep: reporter.stepDone },
    watch: createWatch({ accounts, signal, ...waits, timeoutMs, intervalMs }),
    openRfis: createOpenRfis(rfis, signal),
    reviews: [],
  };
}

/** Sellers that are done according to the store need no call, so a refused key would go unnoticed. */
async function checkAccess({ steps: { accounts, signal, sleep } }: Run): Promise<void> {
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

async function work(run: Run): Promise<void> {
  while (!run.abort.signal.aborted) {
    const queued = await run.queue.next();
    if (!queued) return;
    await onboard(run, queued);
  }
}

async function onboard(run: Run, queued: QueuedSeller): Promise<void> {
  const { seller, problem } = queued;
  const { queue, reporter, reviews, abort } = run;
  if (problem !== undefined) return reporter.sellerDone(queued, invalidSeller(problem));
  const end = await runSteps(run.steps, seller);
  switch (end.kind) {
    case "busy":
      return queue.retryLater(queued);
    case "submitted": {
      const { accountId } = end;
      const submitted = { kind: "done", step: "submit", accountId, status: "SUBMITTED" } as const;
      if (seller.waitFor === "SUBMITTED") return reporter.sellerDone(queued, submitted);
      reviews.push(awaitReview(run, queued, accountId).catch(abort.abort));
      return;
    }
    case "done":
      return reporter.sellerDone(queued, { ...end, step: "wait" });
    default:
      return reporter.sellerDone(queued, end);
  }
}

async function awaitReview(run: Run, queued: QueuedSeller, accountId: string): Promise<void> {
  const account = await run.watch.wait(accountId);
  const mayHaveQuestions = account === undefined || account.status === "ACTION_REQUIRED";
  const open = mayHaveQuestions ? await run.openRfis(accountId) : [];
  const outcome = outcomeOfReview(accountId, account, open);
  const failed = await record(run.records, queued.seller, outcome, account).catch(
    (error): SellerOutcome => ({ kind: "failed", step: "wait", accountId, error }),
  );
  run.reporter.sellerDone(queued, failed ?? outcome);
}

/** After a finished review the next run sends everything again; while one goes on, it only waits. */
async function record(
  records: Records,
  { identifier }: Seller,
  outcome: SellerOutcome,
  reviewed: Account | undefined,
): Promise<undefined> {
  const { accountId } = outcome;
  if (outcome.kind === "done") {
    await records.finish(identifier, { stage: "done", accountId, status: outcome.status });
  }
  if (outcome.kind === "missing" && reviewed) {
    await records.finish(identifier, { stage: "created", accountId });
  }
}
