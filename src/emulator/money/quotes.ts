/**
 * Quotes hold a rate for a time.
 *
 * @see https://www.airwallex.com/docs/api/transactional_fx/quotes
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { Quote, QuoteCreateParams } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { conversionFees, viewFees } from "./application-fees.js";
import { moneyOf, type QuoteRecord } from "./money-store.js";
import { price, showRate, viewRateDetails } from "./rates.js";

const minuteMs = 60_000;

const lifetimes: Readonly<Record<string, number>> = {
  ...{ MIN_1: minuteMs, MIN_15: 15 * minuteMs, MIN_30: 30 * minuteMs, HR_1: 60 * minuteMs },
  ...{ HR_4: 240 * minuteMs, HR_8: 480 * minuteMs, HR_24: 1440 * minuteMs },
};

/** @throws Refusal with the documented code. */
export function createQuote(
  world: World,
  owner: AccountRecord,
  request: WithoutNulls<QuoteCreateParams>,
): QuoteRecord {
  const fromMs = world.clock.nowMs();
  const { markupPoints } = conversionFees(request);
  return moneyOf(world).quotes.add({
    id: world.ids.quote(),
    accountId: owner.id,
    priced: price(world, request, markupPoints),
    markupPoints,
    validity: request.validity,
    day: request.conversion_date ?? dayOf(fromMs),
    fromMs,
    toMs: fromMs + (lifetimes[request.validity] ?? minuteMs),
    used: false,
  });
}

/** The quote that a request names, for these currencies. @throws Refusal with the documented code. */
export function useQuote(
  world: World,
  owner: AccountRecord,
  id: string,
  currencies: { readonly sell: string; readonly buy: string },
): QuoteRecord {
  const quote = moneyOf(world).quotes.get(id);
  if (quote?.accountId !== owner.id) throw refuse("invalid_quote_id", "is not one of yours");
  if (quote.used) throw refuse("invalid_quote_id", "has been used");
  if (world.clock.nowMs() > quote.toMs) throw refuse("expired_quote", "has expired");
  const { sellCurrency, buyCurrency } = quote.priced;
  if (sellCurrency !== currencies.sell || buyCurrency !== currencies.buy) {
    throw invalidArgument("quote_id", `the quote sells ${sellCurrency} and buys ${buyCurrency}`);
  }
  quote.used = true;
  return quote;
}

const refuse = (code: string, what: string): Refusal =>
  new Refusal(400, code, `The quote ${what}.`, { source: "quote_id" });

/** The date of a moment, in UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function viewQuote(quote: QuoteRecord, apiVersion: string): Quote {
  const { id, priced, validity, day, fromMs, toMs } = quote;
  const { sellCurrency, buyCurrency, sellUnits, buyUnits, feeUnits, dealtCurrency } = priced;
  return {
    quote_id: id,
    application_fees: viewFees([{ currency: buyCurrency, units: feeUnits, source: "CONVERSION" }]),
    awx_rate: showRate(priced.awxRate),
    buy_amount: toAmount(buyUnits, buyCurrency),
    buy_currency: buyCurrency,
    client_rate: showRate(priced.clientRate),
    conversion_date: day,
    currency_pair: sellCurrency + buyCurrency,
    dealt_currency: dealtCurrency,
    mid_rate: showRate(priced.midRate),
    rate_details: viewRateDetails(priced),
    sell_amount: toAmount(sellUnits, sellCurrency),
    sell_currency: sellCurrency,
    usage: "SINGLE_USE",
    valid_from_at: formatTimestamp(fromMs, apiVersion),
    valid_to_at: formatTimestamp(toMs, apiVersion),
    validity,
  };
}
