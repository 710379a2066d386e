/** Rates that are held for a time. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import { quotesCreate, quotesRetrieve } from "../generated/endpoints.js";
import type { Quote, QuoteCreateParams } from "../generated/fx.js";

/** Quotes for the account that the client acts for. Errors are the same as for `client.accounts`. */
export interface QuotesResource {
  /**
   * Asks for a rate that is held for a time. Pass its `quote_id` to `client.conversions.create` or
   * `client.payouts.create`. A quote that is not used has no effect, so a lost one is asked for again.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/quotes/create
   *
   * @param params the two currencies, one of the two amounts, and how long the rate is held
   *
   * @example
   * const quote = await client.quotes.create({
   *   sell_currency: "EUR",
   *   buy_currency: "USD",
   *   sell_amount: "500.00",
   *   validity: "MIN_15",
   * });
   */
  create(params: QuoteCreateParams, options?: CallOptions): ApiPromise<Quote>;

  /**
   * Reads a quote.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/quotes/retrieve
   *
   * @throws ApiError `not_found` when the account has no such quote
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Quote>;
}

export function quotesResource(call: Call): QuotesResource {
  const exact = { exactNumbers: true };
  return {
    create: (params, options) => call(quotesCreate, { body: params }, options, exact),
    retrieve: (id, options) => call(quotesRetrieve, { path: { quote_id: id } }, options, exact),
  };
}
