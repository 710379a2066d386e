/** Collects the results of a run, and tells `onProgress`. */

import type { SellerOutcome } from "./outcome.js";
import type { QueuedSeller } from "./queue.js";
import type {
  OnboardingCounts,
  OnboardingOptions,
  OnboardingReport,
  OnboardingResult,
  OnboardingStep,
} from "./types.js";

export interface Reporter {
  stepDone(identifier: string, step: OnboardingStep, accountId: string): void;
  sellerDone(queued: QueuedSeller, outcome: SellerOutcome): void;
  report(): OnboardingReport;
}

/**
 * @param total how many sellers have been read so far
 * @param onThrow called with what `onProgress` throws
 */
export function createReporter(
  total: () => number,
  onProgress: OnboardingOptions["onProgress"],
  onThrow: (error: unknown) => void,
): Reporter {
  const results: OnboardingResult[] = [];
  const ended = { done: 0, waiting: 0, missing: 0, failed: 0 };
  const counts = (): OnboardingCounts => ({ total: total(), ...ended });

  function tell(
    identifier: string,
    step: OnboardingStep,
    accountId: string | undefined,
    result?: OnboardingResult,
  ): void {
    try {
      onProgress?.({ identifier, step, accountId, result, counts: counts() });
    } catch (error) {
      onThrow(error);
    }
  }

  return {
    stepDone: tell,
    sellerDone({ seller, index }, { step, ...outcome }) {
      const identifier = seller?.identifier ?? "";
      const result = {
        ...outcome,
        ...(outcome.kind === "failed" && { step }),
        identifier,
      } as OnboardingResult;
      results[index] = result;
      ended[result.kind]++;
      tell(identifier, step, result.accountId, result);
    },
    report: () => ({ counts: counts(), results }),
  };
}
