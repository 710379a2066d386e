/** Many accounts at once: from a list of sellers to active accounts, restartable at any point. */

import { type OnboardingTools, runOnboarding } from "./onboarding-run.js";
import type { OnboardingOptions, OnboardingReport, Seller } from "./onboarding-types.js";

/** Opens many accounts. */
export interface OnboardingResource {
  /**
   * Opens accounts for one seller or any number of them: creates, uploads, updates, submits, agrees
   * to the terms where asked, and waits for the review.
   *
   * The store keeps each finished step under the seller's `identifier`, so after a crash the same run
   * goes on where it stopped, and several processes can run the same list: no seller gets two
   * accounts. Before an account is opened, the API is asked whether the identifier has one. All calls
   * keep the API's rate limits. What happens to one seller never stops another.
   *
   * @throws what the first call throws, one list of accounts: AuthenticationError when the key is
   *   refused, ApiError, ConnectionError; AuthenticationError at any later time; what the input throws
   *   while it is read; the signal's own reason. Anything else is the result of one seller.
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

export function onboardingResource(tools: () => OnboardingTools): OnboardingResource {
  return { run: (input, options) => runOnboarding(tools(), input, options) };
}
