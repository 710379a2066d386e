/** Lists of values that other calls take. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import {
  referenceIndustryCategories,
  referenceInvalidConversionDates,
  referenceSupportedCurrencies,
} from "../generated/endpoints.js";
import type {
  IndustryCategories,
  InvalidConversionDates,
  ReferenceInvalidConversionDatesParams,
  SupportedCurrencies,
} from "../generated/reference.js";

/** Reference data. Errors are the same as for `client.accounts`. */
export interface ReferenceResource {
  /**
   * Reads the industries as a tree: a `LIST` has others below it, a `QUESTION` has one for each answer,
   * and a `CODE` has the value for `industry_category_code` of an account.
   *
   * See https://www.airwallex.com/docs/api/supporting_services/reference_data
   *
   * @example
   * for (const { name, values } of await client.reference.industryCategories()) {
   *   console.log(name, values?.map(({ value }) => value));
   * }
   */
  industryCategories(options?: CallOptions): ApiPromise<IndustryCategories>;

  /**
   * Reads which currencies the account can buy and sell (ISO 4217).
   *
   * See https://www.airwallex.com/docs/api/supporting_services/reference_data
   */
  supportedCurrencies(options?: CallOptions): ApiPromise<SupportedCurrencies>;

  /**
   * Reads the days (YYYY-MM-DD) on which two currencies cannot be converted, and why.
   *
   * See https://www.airwallex.com/docs/api/supporting_services/reference_data
   *
   * @param params `currency_pair` is six capital letters such as AUDUSD
   *
   * @example
   * const pair = { currency_pair: "AUDUSD" };
   * const { invalid_conversion_dates } = await client.reference.invalidConversionDates(pair);
   * console.log(invalid_conversion_dates[0]?.date);
   */
  invalidConversionDates(
    params: ReferenceInvalidConversionDatesParams,
    options?: CallOptions,
  ): ApiPromise<InvalidConversionDates>;
}

export function referenceResource(call: Call): ReferenceResource {
  return {
    industryCategories: (options) => call(referenceIndustryCategories, {}, options),
    supportedCurrencies: (options) => call(referenceSupportedCurrencies, {}, options),
    invalidConversionDates: (params, options) =>
      call(referenceInvalidConversionDates, { query: params }, options),
  };
}
