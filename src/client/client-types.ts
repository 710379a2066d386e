/** What a client offers. */

import type { RequestFunction } from "../call/request-function.js";
import type { OAuthResource } from "../oauth/resource.js";
import type { OnboardingResource } from "../onboarding/resource.js";
import type { AccountsResource } from "../resources/accounts.js";
import type { AmendmentsResource } from "../resources/amendments.js";
import type { BalancesResource } from "../resources/balances.js";
import type { BeneficiariesResource } from "../resources/beneficiaries.js";
import type { CapabilitiesResource } from "../resources/capabilities.js";
import type { ChargesResource } from "../resources/charges.js";
import type { ConversionsResource } from "../resources/conversions.js";
import type { DepositsResource } from "../resources/deposits.js";
import type { EmbeddedResource } from "../resources/embedded.js";
import type { FilesResource } from "../resources/files.js";
import type { FinancialTransactionsResource } from "../resources/financial-transactions.js";
import type { GlobalAccountsResource } from "../resources/global-accounts.js";
import type { HostedFlowsResource } from "../resources/hosted-flows.js";
import type { InvitationLinksResource } from "../resources/invitation-links.js";
import type { OffboardingsResource } from "../resources/offboardings.js";
import type { PayoutsResource } from "../resources/payouts.js";
import type { QuotesResource } from "../resources/quotes.js";
import type { RatesResource } from "../resources/rates.js";
import type { ReferenceResource } from "../resources/reference.js";
import type { PlatformReportsResource } from "../resources/reports.js";
import type { RfisResource } from "../resources/rfis.js";
import type { SimulationResource } from "../resources/simulation.js";
import type { TransfersResource } from "../resources/transfers.js";
import type { WebhooksResource } from "../resources/webhooks.js";
import type { CloseOptions } from "./closing.js";
import type { ClientOverrides, Environment } from "./options.js";

/**
 * A client for one Airwallex account. Cheap to derive from, safe to share, immutable.
 *
 * `E` is the environment: a production client has no `simulation`, neither in the types nor at run time.
 */
export type Client<E extends Environment = Environment> = BaseClient<E> &
  (E extends "production"
    ? unknown
    : {
        /** Triggers what happens on its own in production: reviews, deposits, decisions. */
        readonly simulation: SimulationResource;
      });

/**
 * A client with a partner's OAuth app. `oauth.connection(id)` calls with a customer's token, everything
 * else with the platform's API key. A client that has only `oauth` rejects those other calls with a
 * TypeError before anything is sent.
 */
export type ClientWithOAuth<E extends Environment = Environment> = Client<E> & {
  /** Customers who connect their own accounts by consent. Needs no API key. */
  readonly oauth: OAuthResource<Client<E>>;
};

/** What every client has, in whatever environment. */
export interface BaseClient<E extends Environment> {
  /** The environment it calls, as given to {@link createClient}. */
  readonly environment: E;
  /** Connected accounts: create, update, submit, list, wait for a status. */
  readonly accounts: AccountsResource;
  /** Documents and photos for verification: upload and download. */
  readonly files: FilesResource;
  /** Moves money from one of the platform's accounts to another. */
  readonly transfers: TransfersResource;
  /** Pulls money from connected accounts to the platform. */
  readonly charges: ChargesResource;
  /** What the account holds in each currency. */
  readonly balances: BalancesResource;
  /** Account numbers of local banks, for money to come in. */
  readonly globalAccounts: GlobalAccountsResource;
  /** Money that came in. */
  readonly deposits: DepositsResource;
  /** Exchange rates. */
  readonly rates: RatesResource;
  /** Rates that are held for a time. */
  readonly quotes: QuotesResource;
  /** Exchanges one currency for another. */
  readonly conversions: ConversionsResource;
  /** Whom to pay, and which fields a country asks for. */
  readonly beneficiaries: BeneficiariesResource;
  /** Pays out to bank accounts, wallets and cards. Airwallex calls a payout a transfer. */
  readonly payouts: PayoutsResource;
  /** The statement of the account. */
  readonly financialTransactions: FinancialTransactionsResource;
  /** Reports on the platform's accounts, delivered as files. */
  readonly platformReports: PlatformReportsResource;
  /** Event subscriptions. Read what they deliver with `airwallex-connect/webhooks`. */
  readonly webhooks: WebhooksResource;
  /** Requests for information (RFIs): a reviewer's questions, and your answers. */
  readonly rfis: RfisResource;
  /** Changes to verified accounts. */
  readonly amendments: AmendmentsResource;
  /** Closes accounts for good. */
  readonly offboardings: OffboardingsResource;
  /** Links that invite customers. */
  readonly invitationLinks: InvitationLinksResource;
  /** What an account can do once enabled. */
  readonly capabilities: CapabilitiesResource;
  /** Pages hosted by Airwallex, for account owners. */
  readonly hostedFlows: HostedFlowsResource;
  /** Airwallex components embedded in your own pages. */
  readonly embedded: EmbeddedResource;
  /** Industries, currencies and days without conversion. */
  readonly reference: ReferenceResource;
  /** Onboards many accounts at once, from a list of sellers. */
  readonly onboarding: OnboardingResource;
  /**
   * Calls any endpoint, including those this package does not model, with the same token, retries and
   * errors.
   *
   * @example
   * const wallet = await client.request<{ account_number: string }>({
   *   method: "GET",
   *   path: "/api/v1/account/wallet_info",
   * });
   */
  readonly request: RequestFunction;
  /**
   * The same client acting for a connected account, through `x-on-behalf-of`.
   *
   * @throws TypeError if the id is missing or empty
   */
  onBehalfOf(accountId: string): Client<E>;
  /**
   * The same client with other settings. Connections and token are shared.
   *
   * @throws TypeError, RangeError for invalid settings
   *
   * @example
   * const patient = client.withOptions({ timeoutMs: 120_000, maxRetries: 5 });
   */
  withOptions(overrides: ClientOverrides): Client<E>;
  /**
   * Refuses new calls, waits until tokens of OAuth connections that were issued are stored and calls that are
   * under way have ended, and closes the sockets. It waits for at most `timeoutMs`, by default 10 seconds;
   * calls that take longer go on until their own deadline. Without OAuth it is optional: nothing here keeps a
   * process from exiting. With OAuth, await it on SIGTERM, before the store is closed.
   *
   * @throws UnsavedTokensError when the store could not be reached in time; RangeError for an invalid time
   */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
