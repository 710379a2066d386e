/** Exchanges one currency for another. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { conversionsCreate, conversionsList, conversionsRetrieve } from "../generated/endpoints.js";
import type {
  Conversion,
  ConversionCreateParams,
  ConversionList,
  ConversionListParams,
} from "../generated/fx.js";
import { createOnce, paymentOf } from "../idempotency/create-once.js";
import { sentBody } from "../idempotency/request-id.js";

/**
 * Conversions of the account that the client acts for. Amounts are decimals in units of the currency.
 * Errors are the same as for `client.accounts`.
 */
export interface ConversionsResource {
  /**
   * Exchanges money, once: see `client.payouts.create` for what `request_id` does.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/conversions/create
   *
   * @param params the two currencies and one of the two amounts; with a `quote_id`, the rate of the quote
   * @throws ApiError `invalid_request`, with `apiCode` such as `expired_quote` or `unsupported_currency`
   *
   * @example
   * const conversion = await client.conversions.create({
   *   request_id: "half-of-january-seller-42",
   *   sell_currency: "EUR",
   *   buy_currency: "USD",
   *   sell_amount: "500.00",
   * });
   * console.log(conversion.buy_amount, conversion.client_rate);
   */
  create(params: ConversionCreateParams, options?: CallOptions): ApiPromise<Conversion>;

  /**
   * Reads a conversion.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/conversions/retrieve
   *
   * @throws ApiError `not_found` when the account has no such conversion
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Conversion>;

  /**
   * Lists conversions, newest first, by default those of the last 31 days. Await it for the first page, or
   * iterate it for every conversion.
   *
   * See https://www.airwallex.com/docs/api/transactional_fx/conversions/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is 100 by default
   */
  list(
    params?: ConversionListParams,
    options?: CallOptions,
  ): ListPromise<Conversion, ConversionList>;
}

export function conversionsResource(call: Call): ConversionsResource {
  const exact = { exactNumbers: true };
  const resource: ConversionsResource = {
    create(params, options) {
      const body = paymentOf(params);
      const sent = sentBody(body, options);
      const { request_id, buy_currency, sell_currency, buy_amount, sell_amount } = sent;
      const once = {
        noun: "conversion",
        requestId: request_id,
        asked: { sell_currency, sell_amount, buy_currency, buy_amount },
        list: async (lookup: CallOptions) => {
          const { items } = await resource.list({ request_id }, lookup);
          if (items.length > 0) return items;
          // Without a beginning, the API looks back 31 days.
          const everything = { request_id, from_created_at: "2000-01-01" };
          return (await resource.list(everything, lookup)).items;
        },
      };
      return call(conversionsCreate, { body }, options, createOnce(once, options));
    },
    retrieve: (id, options) =>
      call(conversionsRetrieve, { path: { conversion_id: id } }, options, exact),
    list: (params = {}, options) =>
      listPages(
        conversionsList,
        params,
        (query) => call(conversionsList, { query }, options, exact),
        ({ conversion_id }) => conversion_id,
      ),
  };
  return resource;
}
