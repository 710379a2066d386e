/** Many accounts at once: from a list of sellers to active accounts, restartable at any point. */

import type { Host } from "../call/settings.js";
import { type OnboardingTools, runOnboarding } from "./run.js";
import type { OnboardingOptions, OnboardingReport, Seller } from "./types.js";

/** Opens many accounts. */
export interface OnboardingResource {
  /**
   * Opens an account for each of one or more sellers: creates, uploads, updates, submits, agrees to the
   * terms where asked, and waits for the review.
   *
   * The store records each finished step under the seller's `identifier`, so after a crash the same run
   * resumes where it stopped, and several processes can run the same list: no seller gets two accounts.
   * Before opening an account, the run asks the API whether the identifier already has one. All calls
   * respect the API's rate limits. What happens to one seller never stops another.
   *
   * @throws TypeError for options that make no sense; what the first call, a list of accounts, throws:
   *   AuthenticationError when the key is refused, ApiError, NetworkError; AuthenticationError at any
   *   later time; what the input or `onProgress` throws; the signal's own reason. Any other failure is the
   *   result of its seller.
   *
   * @example
   * const report = await client.onboarding.run(
   *   {
   *     identifier: "seller-42",
   *     create: {
   *       account_details: { legal_entity_type: "INDIVIDUAL" },
   *       primary_contact: { email: "ada@example.com" },
   *       customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
   *     },
   *     update: {
   *       account_details: { individual_details: { first_name: "Ada", last_name: "Lovelace" } },
   *     },
   *   },
   *   { store: createMemoryStore() },
   * );
   * for (const result of report.results) {
   *   if (result.kind === "missing") console.log(result.identifier, result.missing);
   * }
   */
  run(
    input: Seller | Iterable<Seller> | AsyncIterable<Seller>,
    options: OnboardingOptions,
  ): Promise<OnboardingReport>;
}

/** Whose accounts a client sees: the records of different platforms are kept apart. */
export interface Platform {
  readonly host: Host;
  /** Who logs in. */
  readonly caller: string;
  readonly onBehalfOf: string | undefined;
}

export function onboardingResource(
  tools: () => Omit<OnboardingTools, "platform"> & { readonly platform: Platform },
): OnboardingResource {
  return {
    run(input, options) {
      const own = tools();
      return runOnboarding({ ...own, platform: nameOf(own.platform) }, input, options);
    },
  };
}

function nameOf({ host: { origin, prefix }, caller, onBehalfOf = "" }: Platform): string {
  return [origin.replace(/^\w+:\/\//, "") + prefix, caller, onBehalfOf]
    .filter((part) => part !== "")
    .map(encodeURIComponent)
    .join(":");
}
