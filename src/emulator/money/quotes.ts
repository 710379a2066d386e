/**
 * Quotes hold a rate for a time.
 *
 * @see https://www.airwallex.com/docs/api/transactional_fx/quotes
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { Quote, QuoteCreateParams } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp, isDate } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { markupOf, viewFees } from "./application-fees.js";
import { moneyOf, type QuoteRecord } from "./money-store.js";
import { priceConversion, showRate, viewRateDetails } from "./rates.js";

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
  const markupParts = markupOf(request);
  return moneyOf(world).quotes.add({
    id: world.ids.quote(),
    accountId: owner.id,
    priced: priceConversion(world, request, markupParts),
    markupParts,
    validity: request.validity,
    day: readDay(world, request.conversion_date),
    fromMs,
    toMs: fromMs + (lifetimes[request.validity] ?? minuteMs),
    used: false,
  });
}

/**
 * The quote that a request names, for these currencies. Whoever makes something with it sets `used`.
 *
 * @throws Refusal with the documented code.
 */
export function findQuote(
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
  return quote;
}

const refuse = (code: string, what: string): Refusal =>
  new Refusal(400, code, `The quote ${what}.`, { source: "quote_id" });

/** The day of a conversion; default today. @throws Refusal for a day in the past, or what is no date. */
export function readDay({ clock }: World, asked: string | undefined): string {
  const today = dayOf(clock.nowMs());
  if (asked === undefined) return today;
  if (isDate(asked) && asked >= today) return asked;
  const message = "The day of a conversion is a date, today or later.";
  throw new Refusal(400, "invalid_settlement_date", message, { source: "conversion_date" });
}

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
