/**
 * Takes one seller as far as it can go without a review.
 *
 * 1. If nothing is left to do, no lease is needed. Otherwise all input still to be sent is checked
 *    first: a problem found at a later step would leave an account behind.
 * 2. Take the lease on the identifier. If another process has it, the seller is busy; after a failure,
 *    wait for the lease instead.
 * 3. Do the next step and record it. Repeat while the lease lasts long enough for one more.
 * 4. Transient failures (no response, 429, 5xx) are retried after a pause. That is harmless: an account
 *    is looked up by its identifier before it is opened, a submission whose response was lost shows in
 *    the status, an update has the same effect twice, and an upload at worst leaves an unused file.
 * 5. A refusal that names fields tells what is missing. The seller goes back to the uploads, so that
 *    the next run sends the corrected data.
 *
 * A create may still be in progress after its process was killed, so no one looks for its account until
 * `settleMs` after it began.
 */

import { AuthenticationError, isAirwallexError, ValidationError } from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import type { AccountsResource } from "../resources/accounts.js";
import type { FilesResource } from "../resources/files.js";
import { checkSeller, isSellerFile } from "./check.js";
import { type LeasedRecord, LeaseLost, type Progress, type Records } from "./record.js";
import { missingInRefusal } from "./to-do.js";
import type { MissingItem, OnboardingStep, Seller, SellerFile } from "./types.js";

export interface StepTools {
  readonly accounts: AccountsResource;
  readonly files: FilesResource;
  readonly records: Records;
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly onStep: (identifier: string, step: OnboardingStep, accountId: string) => void;
}

/** How far the steps took a seller. */
export type StepsEnd =
  /** Another process is working on it. */
  | { readonly kind: "busy" }
  | { readonly kind: "submitted"; readonly accountId: string }
  | { readonly kind: "done"; readonly accountId: string; readonly status: string }
  | {
      readonly kind: "missing";
      readonly accountId: string | undefined;
      readonly step: OnboardingStep;
      readonly missing: readonly MissingItem[];
    }
  | {
      readonly kind: "failed";
      readonly accountId: string | undefined;
      readonly step: OnboardingStep;
      readonly error: unknown;
    };

/**
 * Of the 30 s of a lease: a step starts only with `toBegin` left, and its calls end with `toEnd` left.
 */
const leaseLeftMs = { toBegin: 20_000, toEnd: 5000 };
const settleMs = 5000;
const busyMs = 1000;
const pausesMs: readonly number[] = [1000, 2000, 4000, 8000];

export async function runSteps(tools: StepTools, seller: Seller): Promise<StepsEnd> {
  let checked = false;
  for (let failures = 0; ; ) {
    const at: CurrentStep = { step: "create", accountId: undefined };
    try {
      const progress = await tools.records.read(seller.identifier);
      if (nextStep(seller, progress) === "wait") return endOf(progress as WithAccount);
      if (!checked) await check(seller, progress, at);
      checked = true;
      const leased = await tools.records.withLease(seller.identifier, (record) =>
        stepUnderLease(tools, seller, record, at),
      );
      // Handing it out again would forget its failures, and two runs could keep each other busy for ever.
      if (!leased && failures === 0) return { kind: "busy" };
      if (!leased) await tools.sleep(busyMs);
      if (leased?.result) return leased.result;
    } catch (error) {
      if (tools.signal.aborted || error instanceof AuthenticationError) throw error;
      if (error instanceof LeaseLost) continue;
      const pauseMs = pauseAfter(error, failures++);
      if (pauseMs === undefined) return { kind: "failed", ...at, error };
      await tools.sleep(pauseMs);
    }
  }
}

/** What is being done, for error reports. */
interface CurrentStep {
  step: OnboardingStep;
  accountId: string | undefined;
}

/** @throws ValidationError with every problem */
async function check(
  seller: Seller,
  progress: Progress | undefined,
  at: CurrentStep,
): Promise<void> {
  at.accountId = progress?.accountId;
  at.step = nextStep(seller, progress);
  const created = at.accountId !== undefined;
  const updated = created && progress?.stage !== "created";
  const completed = { created, updated, fileIds: progress?.fileIds ?? {} };
  const issues = await checkSeller(seller, completed);
  if (issues[0] === undefined) return;
  at.step = issues[0].step;
  throw new ValidationError(
    "onboarding.run",
    issues.map(({ step, ...issue }) => issue),
  );
}

/** Does one step after another. Resolves to undefined when a new lease is needed first. */
async function stepUnderLease(
  tools: StepTools,
  seller: Seller,
  record: LeasedRecord,
  at: CurrentStep,
): Promise<StepsEnd | undefined> {
  for (;;) {
    const { progress } = record;
    at.accountId = progress?.accountId;
    at.step = nextStep(seller, progress);
    if (at.step === "wait") return endOf(progress as WithAccount);
    if (record.leftMs < leaseLeftMs.toBegin) return undefined;
    try {
      await steps[at.step](tools, seller, record, progress as WithAccount);
    } catch (error) {
      const missing = await missingAfter(tools, record, at, error);
      if (missing) return { kind: "missing", ...at, missing };
    }
    tools.onStep(seller.identifier, at.step, record.progress?.accountId ?? "");
  }
}

/**
 * What a refusal asks for. Undefined if the seller can go on regardless: an earlier submission worked
 * and its response was lost, or the account was submitted elsewhere.
 *
 * @throws the error itself, if it is of any other kind
 */
async function missingAfter(
  tools: StepTools,
  record: LeasedRecord,
  { step, accountId }: CurrentStep,
  error: unknown,
): Promise<readonly MissingItem[] | undefined> {
  if (accountId === undefined) return orThrow(missingInRefusal(error, undefined), error);
  const look = (step === "update" || step === "submit") && mayBeSubmitted(error);
  const account = look
    ? await tools.accounts.retrieve(accountId, callOptions(tools, record))
    : undefined;
  if (account && !isEditable(account.status)) {
    await record.save({ stage: "submitted", accountId });
    return undefined;
  }
  const missing = orThrow(missingInRefusal(error, account), error);
  await record.save({ stage: "created", accountId });
  return missing;
}

function mayBeSubmitted(error: unknown): boolean {
  if (!isAirwallexError(error)) return false;
  return error.code === "invalid_request" || ("outcome" in error && error.outcome === "unknown");
}

function orThrow<T>(value: T | undefined, error: unknown): T {
  if (value === undefined) throw error;
  return value;
}

/** The account exists. */
type WithAccount = Progress & { readonly accountId: string };

function nextStep(seller: Seller, progress: Progress | undefined): OnboardingStep {
  switch (progress?.stage) {
    case undefined:
    case "creating":
      return "create";
    case "created":
      if (nextFile(seller, progress)) return "upload";
      return seller.update ? "update" : "submit";
    case "updated":
      return "submit";
    case "submitted":
      return seller.agreeToTerms ? "agree" : "wait";
    case "agreed":
    case "done":
      return "wait";
  }
}

function nextFile({ files = {} }: Seller, { fileIds = {} }: Progress) {
  return Object.entries(files).find(([name]) => !Object.hasOwn(fileIds, name));
}

function endOf({ stage, accountId, status = "ACTIVE" }: WithAccount): StepsEnd {
  return stage === "done" ? { kind: "done", accountId, status } : { kind: "submitted", accountId };
}

type Step = (
  tools: StepTools,
  seller: Seller,
  record: LeasedRecord,
  progress: WithAccount,
) => Promise<void>;

const steps: Readonly<Record<Exclude<OnboardingStep, "wait">, Step>> = {
  async create(tools, seller, record) {
    const { identifier } = seller;
    if (record.progress?.stage === "creating") await tools.sleep(settleMs - record.ageMs);
    const found = await findAccount(tools, identifier, record);
    if (found) return await record.save(adopted(found));
    await record.save({ stage: "creating" });
    const params = { ...seller.create, identifier };
    const { id } = await tools.accounts.create(params, callOptions(tools, record));
    await record.save({ stage: "created", accountId: id });
  },

  async upload({ files, signal }, seller, record, progress) {
    const [name, file] = nextFile(seller, progress) as [string, SellerFile | SellerFile["file"]];
    const { file: source, ...params } = isSellerFile(file) ? file : { file };
    // Runs with the client's own timeout: a large file may outlast the lease, and is then sent again.
    const { file_id } = await files.upload(source, params, { signal });
    await record.save({ ...progress, fileIds: { ...progress.fileIds, [name]: file_id } });
  },

  async update(tools, { update }, record, progress) {
    const { accountId, fileIds = {} } = progress;
    const params = typeof update === "function" ? update(fileIds) : update;
    await tools.accounts.update(accountId, params ?? {}, callOptions(tools, record));
    await record.save({ ...progress, stage: "updated" });
  },

  async submit(tools, _seller, record, { accountId }) {
    await tools.accounts.submit(accountId, callOptions(tools, record));
    await record.save({ stage: "submitted", accountId });
  },

  async agree(tools, { agreeToTerms }, record, { accountId }) {
    const terms = typeof agreeToTerms === "object" ? agreeToTerms : {};
    await tools.accounts.agreeToTerms(accountId, terms, callOptions(tools, record));
    await record.save({ stage: "agreed", accountId });
  },
};

/** @throws LeaseLost when too little of the lease is left, as after the process was suspended */
function callOptions({ signal }: StepTools, { leftMs }: LeasedRecord) {
  const timeoutMs = leftMs - leaseLeftMs.toEnd;
  if (timeoutMs <= 0) throw new LeaseLost("The lease on a seller is over");
  return { signal, timeoutMs };
}

/** The newest account with this identifier, which is what tells sellers apart. */
async function findAccount(
  tools: StepTools,
  identifier: string,
  record: LeasedRecord,
): Promise<Account | undefined> {
  const { items } = await tools.accounts.list({ identifier }, callOptions(tools, record));
  return items.find((account) => account.identifier === identifier);
}

function adopted({ id, status }: Account): Progress {
  return { stage: isEditable(status) ? "created" : "submitted", accountId: id };
}

function isEditable(status: string): boolean {
  return status === "CREATED" || status === "ACTION_REQUIRED";
}

const passing: ReadonlySet<string> = new Set([
  "timeout",
  "unreachable",
  "response_lost",
  "rate_limited",
  "server_error",
  "conflict",
]);

/** How long to wait before the next attempt, in milliseconds; undefined if there should be none. */
export function pauseAfter(error: unknown, failures: number): number | undefined {
  if (!isAirwallexError(error) || !passing.has(error.code)) return undefined;
  const pauseMs = pausesMs[failures];
  return pauseMs && pauseMs * (0.5 + Math.random() / 2);
}
