/** Fees that a platform takes of what it does for its accounts. */

import type { WithoutNulls } from "../../checks/values.js";
import type { ApplicationFee, ApplicationFeeOptionInput } from "../../generated/index.js";
import { invalidArgument } from "../engine/refusal.js";
import { fromNumber, toText, wholeParts } from "./amounts.js";
import type { FeeRecord } from "./money-store.js";

interface WithFees {
  readonly application_fee_options?: readonly WithoutNulls<ApplicationFeeOptionInput>[] | undefined;
}

/**
 * The markup on the rate of a conversion, in parts of {@link wholeParts}.
 *
 * @throws Refusal for a fee that is not a percentage.
 */
export function markupOf({ application_fee_options = [] }: WithFees): bigint {
  let parts = 0n;
  for (const [index, option] of application_fee_options.entries()) {
    if (option.source_type === "TRANSFER") continue;
    const at = `application_fee_options[${index}]`;
    if (option.type !== "PERCENTAGE") throw invalidArgument(`${at}.type`, "expected PERCENTAGE");
    parts += readPercentage(option, at);
  }
  if (parts < wholeParts) return parts;
  throw invalidArgument("application_fee_options", "expected less than 100 % in all");
}

/** The fees of a payout of so many units. @throws Refusal for an amount or a percentage that is none. */
export function payoutFees(
  { application_fee_options = [] }: WithFees,
  currency: string,
  units: bigint,
): readonly FeeRecord[] {
  return application_fee_options.flatMap((option, index) => {
    if (option.source_type === "CONVERSION") return [];
    const at = `application_fee_options[${index}]`;
    const source = "TRANSFER" as const;
    if (option.type === "PERCENTAGE") {
      return [{ currency, units: (units * readPercentage(option, at)) / wholeParts, source }];
    }
    if (option.currency !== currency) {
      throw invalidArgument(`${at}.currency`, `expected ${currency}, the source currency`);
    }
    if (!/^\d+$/.test(option.amount ?? "")) {
      throw invalidArgument(`${at}.amount`, "expected a whole number in the smallest unit");
    }
    return [{ currency, units: BigInt(option.amount ?? 0), source }];
  });
}

function readPercentage(
  { percentage = "" }: WithoutNulls<ApplicationFeeOptionInput>,
  at: string,
): bigint {
  const parts = /^\d+(\.\d{1,4})?$/.test(percentage) ? fromNumber(percentage, 10_000n) : undefined;
  if (parts !== undefined && parts <= wholeParts) return parts;
  throw invalidArgument(
    `${at}.percentage`,
    "expected a percentage from 0 to 100, with 4 decimals at most",
  );
}

export const viewFees = (fees: readonly FeeRecord[]): readonly ApplicationFee[] =>
  fees
    .filter(({ units }) => units > 0n)
    .map(({ currency, units, source }) => ({
      amount: toText(units, currency),
      currency,
      source_type: source,
    }));
