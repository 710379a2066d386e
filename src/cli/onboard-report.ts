/** What `onboard` prints at the end. What came from the file or the API cannot steer the terminal. */

import { reasonIn } from "../checks/errors.js";
import { printable } from "../checks/printable.js";
import type {
  MissingItem,
  OnboardingCounts,
  OnboardingReport,
  OnboardingResult,
} from "../onboarding/types.js";

/** The counts, and what is to be done for each seller that is not done. */
export function describeReport({ counts, results }: OnboardingReport): string {
  const sum = `${sellersInWords(counts.total)}: ${describeCounts(counts)}`;
  const lines = results.flatMap(describeResult).map(printable);
  return `${[sum, ...lines].join("\n")}\n`;
}

/** A number of sellers. */
export function sellersInWords(count: number): string {
  return `${count} ${count === 1 ? "seller" : "sellers"}`;
}

export function describeCounts({ done, waiting, missing, failed }: OnboardingCounts): string {
  return `${done} done, ${waiting} waiting, ${missing} missing something, ${failed} failed`;
}

function describeResult(result: OnboardingResult): readonly string[] {
  const { kind, identifier, accountId = "no account" } = result;
  if (kind === "missing") {
    return [`${identifier} (${accountId}) is missing:`, ...result.missing.map(describeItem)];
  }
  if (kind === "failed") {
    const { step, error } = result;
    const why = reasonIn(error);
    return [`${identifier} (${accountId}) failed at ${step}: ${why}`];
  }
  return kind === "waiting" ? [`${identifier} (${accountId}) waits for its review`] : [];
}

export function describeItem({ what, path, code, why, next }: MissingItem): string {
  // For a missing field, the API's reason only repeats the path.
  const reason = path !== undefined && why?.includes(path) ? undefined : why;
  const order = reason === undefined ? what : `${what}: ${reason}`;
  // Everything else is fixed in the file itself.
  const call = next?.method === "rfis.respond" ? `(rfis.respond ${next.id})` : undefined;
  return `    ${[path, code, order, call].filter(Boolean).join("  ")}`;
}

export function exitCodeOf({ waiting, missing, failed }: OnboardingCounts): number {
  if (missing + failed > 0) return 4;
  return waiting > 0 ? 3 : 0;
}
