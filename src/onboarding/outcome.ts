/** How a seller ends, after its steps or after its review. */

import { AccountStatusError, ValidationError } from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import type { Rfi } from "../generated/rfis.js";
import { missingOf } from "./to-do.js";
import type { OnboardingResult, OnboardingStep } from "./types.js";

type WithoutIdentifier<Result> = Result extends unknown ? Omit<Result, "identifier"> : never;

/** A result without its seller's identifier, and the step it came from. */
export type SellerOutcome = WithoutIdentifier<OnboardingResult> & { readonly step: OnboardingStep };

/** An entry of the input that is no seller. */
export function invalidSeller(problem: string): SellerOutcome {
  const error = new ValidationError("onboarding.run", [{ path: ["identifier"], message: problem }]);
  return { kind: "failed", step: "create", accountId: undefined, error };
}

/** @param account undefined if its review was still open at the end of the wait */
export function outcomeOfReview(
  accountId: string,
  account: Account | undefined,
  open: readonly Rfi[],
): SellerOutcome {
  const at = { step: "wait", accountId } as const;
  if (!account) {
    if (open.length > 0) return { kind: "missing", ...at, missing: missingOf(open) };
    return { kind: "waiting", ...at, status: "SUBMITTED" };
  }
  const { status } = account;
  if (status === "ACTIVE") return { kind: "done", ...at, status };
  if (status === "ACTION_REQUIRED") {
    return { kind: "missing", ...at, missing: missingOf([account, ...open]) };
  }
  const message = `Cannot wait for ${accountId} to become ACTIVE: it is ${status}`;
  const facts = { accountId, status, waitedForMs: 0 };
  const error = new AccountStatusError("status_unreachable", message, facts, account);
  return { kind: "failed", ...at, error };
}
