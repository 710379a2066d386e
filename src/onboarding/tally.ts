/** Keeps the results of a run and reports its progress. */

import type { Taken } from "./source.js";
import type {
  OnboardingCounts,
  OnboardingOptions,
  OnboardingReport,
  OnboardingResult,
  OnboardingStep,
} from "./types.js";

type WithoutIdentifier<Result> = Result extends unknown ? Omit<Result, "identifier"> : never;

/** A result without its seller's identifier, and the step it came from. */
export type Ending = WithoutIdentifier<OnboardingResult> & { readonly step: OnboardingStep };

export interface Tally {
  step(identifier: string, step: OnboardingStep, accountId: string): void;
  end(taken: Taken, ending: Ending): void;
  report(): OnboardingReport;
}

export function createTally(
  total: () => number,
  onProgress: OnboardingOptions["onProgress"],
  onThrow: (error: unknown) => void,
): Tally {
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
    step: tell,
    end({ seller, index }, { step, ...ending }) {
      const identifier = seller?.identifier ?? "";
      const result = {
        ...ending,
        ...(ending.kind === "failed" && { step }),
        identifier,
      } as OnboardingResult;
      results[index] = result;
      ended[result.kind]++;
      tell(identifier, step, result.accountId, result);
    },
    report: () => ({ counts: counts(), results }),
  };
}
