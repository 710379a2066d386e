/** Exchange rates. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import { ratesCurrent } from "../generated/endpoints.js";
import type { Rate, RateCurrentParams } from "../generated/fx.js";

/** Rates for the account that the client acts for. Errors are the same as for `client.accounts`. */
export interface RatesResource {
  /**
   * Reads the rate of this moment. It is not held: `client.quotes.create` holds one.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/rates/current
   *
   * @param params the two currencies, and one of the two amounts; default: 10,000 to buy
   *
   * @example
   * const { rate } = await client.rates.current({ sell_currency: "EUR", buy_currency: "USD" });
   */
  current(params: RateCurrentParams, options?: CallOptions): ApiPromise<Rate>;
}

export function ratesResource(call: Call): RatesResource {
  return {
    current: (params, options) =>
      call(ratesCurrent, { query: params }, options, { exactNumbers: true }),
  };
}
