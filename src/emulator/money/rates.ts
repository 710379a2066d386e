/**
 * Exchange rates: a table that tests can set. Between currencies that it does not name, the rate goes by
 * way of the dollar.
 *
 * @see https://www.airwallex.com/docs/api/transactional_fx/rates
 */

import { entryOf, showNumber } from "../../checks/values.js";
import type { Rate, RateDetail } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import { defineState, type World } from "../engine/world.js";
import { fromNumber, isCurrency, parseUnits, toAmount, toNumber, wholeParts } from "./amounts.js";

/** Rates are whole numbers of this part, so that amounts come out exactly. */
const scale = 100_000_000n;

/** What one unit is worth in dollars. */
const dollars: Readonly<Record<string, string>> = {
  ...{ AUD: "0.65", BRL: "0.18", CAD: "0.73", CHF: "1.14", CNY: "0.14", DKK: "0.145", EUR: "1.08" },
  ...{ GBP: "1.27", HKD: "0.128", IDR: "0.000062", INR: "0.012", JPY: "0.0066", KRW: "0.00072" },
  ...{
    MXN: "0.055",
    MYR: "0.22",
    NOK: "0.094",
    NZD: "0.6",
    PHP: "0.0175",
    PLN: "0.25",
    SEK: "0.095",
  },
  ...{ SGD: "0.75", THB: "0.028", USD: "1", VND: "0.00004", ZAR: "0.054" },
};

/** What Airwallex keeps of a conversion: half a percent, in parts of a million. */
const marginParts = 5_000n;

const ratesOf: (world: World) => Map<string, bigint> = defineState(() => new Map());

/** @throws RangeError for a rate that is not a decimal above 0. */
export function setRate(world: World, sell: string, buy: string, rate: string | number): void {
  const isRate = typeof rate === "string" || typeof rate === "number";
  const scaled = isRate ? fromNumber(rate, scale) : undefined;
  if (scaled === undefined || scaled <= 0n) {
    throw new RangeError(
      `Cannot set rate: rate is ${showNumber(rate)}, expected a decimal above 0`,
    );
  }
  ratesOf(world).set(sell + buy, scaled);
}

/** What one unit of `sell` buys, without any margin. @throws Refusal for a currency without a rate. */
export function midRate(world: World, sell: string, buy: string): bigint {
  if (sell === buy && isCurrency(sell)) return scale;
  const set = ratesOf(world).get(sell + buy);
  if (set !== undefined) return set;
  const worth = [sell, buy].map((currency, index) => {
    const scaled = fromNumber(entryOf(dollars, currency) ?? "", scale);
    if (scaled !== undefined) return scaled;
    const source = index === 0 ? "sell_currency" : "buy_currency";
    throw new Refusal(400, "unsupported_currency", `There is no rate for ${currency}.`, { source });
  });
  return ((worth[0] as bigint) * scale) / (worth[1] as bigint);
}

/** The amounts of a conversion, and the rates behind them. */
export interface Priced {
  readonly sellCurrency: string;
  readonly buyCurrency: string;
  readonly sellUnits: bigint;
  readonly buyUnits: bigint;
  /** The platform's markup, in the currency that is bought. */
  readonly feeUnits: bigint;
  readonly midRate: bigint;
  readonly awxRate: bigint;
  readonly clientRate: bigint;
  readonly dealtCurrency: string;
}

export interface Wanted {
  readonly sell_currency: string;
  readonly buy_currency: string;
  readonly sell_amount?: string | number | undefined;
  readonly buy_amount?: string | number | undefined;
}

/** The price of a conversion. @throws Refusal as {@link price} does, and where both currencies are the same. */
export function priceConversion(...terms: Parameters<typeof price>): Priced {
  const priced = price(...terms);
  if (priced.sellCurrency !== priced.buyCurrency) return priced;
  throw invalidArgument("buy_currency", "expected another currency than sell_currency");
}

/**
 * @param markupParts The platform's markup, in parts of a million.
 * @param held A rate that a quote holds.
 * @throws Refusal unless exactly one amount is given, above 0 and in the unit of its currency.
 */
export function price(world: World, wanted: Wanted, markupParts = 0n, held?: Rates): Priced {
  const {
    sell_currency: sellCurrency,
    buy_currency: buyCurrency,
    sell_amount,
    buy_amount,
  } = wanted;
  if ((sell_amount === undefined) === (buy_amount === undefined)) {
    throw invalidArgument("buy_amount", "give either sell_amount or buy_amount");
  }
  const rates = held ?? ratesFor(world, sellCurrency, buyCurrency, markupParts);
  const { clientRate, awxRate } = rates;
  if (clientRate === 0n) throw tooLittle(sell_amount === undefined ? "buy_amount" : "sell_amount");
  const sold = sell_amount !== undefined;
  const given = sold
    ? readUnits("sell_amount", sell_amount, sellCurrency)
    : readUnits("buy_amount", buy_amount ?? "", buyCurrency);
  // How many units of one are worth a unit of the other.
  const [sellPart, buyPart] = [unitOf(sellCurrency), unitOf(buyCurrency)];
  const sellUnits = sold ? given : roundUp(given * scale * sellPart, clientRate * buyPart);
  const buyUnits = sold ? (given * clientRate * buyPart) / (scale * sellPart) : given;
  if (buyUnits === 0n) throw tooLittle("sell_amount");
  const worth = (sellUnits * awxRate * buyPart) / (scale * sellPart);
  const feeUnits = markupParts === 0n || worth < buyUnits ? 0n : worth - buyUnits;
  const dealtCurrency = sold ? sellCurrency : buyCurrency;
  return { ...rates, sellCurrency, buyCurrency, sellUnits, buyUnits, feeUnits, dealtCurrency };
}

const tooLittle = (source: string): Refusal =>
  new Refusal(400, "amount_below_limit", "The amount is too small to be exchanged.", { source });

/** The rates at each step from the market to the account. */
export interface Rates {
  readonly midRate: bigint;
  readonly awxRate: bigint;
  readonly clientRate: bigint;
}

export function ratesFor(world: World, sell: string, buy: string, markupParts: bigint): Rates {
  const mid = midRate(world, sell, buy);
  const awxRate = sell === buy ? mid : less(mid, marginParts);
  return { midRate: mid, awxRate, clientRate: less(awxRate, markupParts) };
}

const less = (rate: bigint, parts: bigint): bigint => (rate * (wholeParts - parts)) / wholeParts;

const roundUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** How many of its smallest units a currency has. */
const unitOf = (currency: string): bigint => parseUnits("1", currency) ?? 1n;

function readUnits(name: string, amount: string | number, currency: string): bigint {
  const units = parseUnits(amount, currency);
  if (units) return units;
  throw invalidArgument(name, `expected an amount of ${currency}, more than 0`);
}

export const showRate = (rate: bigint): number => toNumber(rate, scale);

/** What each party gets, as the API shows it. */
export function viewRateDetails(priced: Priced): readonly RateDetail[] {
  const { sellCurrency, buyCurrency, sellUnits, buyUnits, feeUnits, awxRate, clientRate } = priced;
  const sell_amount = toAmount(sellUnits, sellCurrency);
  const show = (level: string, rate: bigint, units: bigint): RateDetail => ({
    ...{ level, rate: showRate(rate), sell_amount },
    buy_amount: toAmount(units, buyCurrency),
  });
  return [show("CLIENT", clientRate, buyUnits), show("AWX", awxRate, buyUnits + feeUnits)];
}

/** Reads the rate of this moment. */
export function viewRate(world: World, wanted: Wanted, day: string, apiVersion: string): Rate {
  const asked =
    wanted.buy_amount === undefined && wanted.sell_amount === undefined
      ? { ...wanted, buy_amount: "10000" }
      : wanted;
  const priced = priceConversion(world, asked);
  const { sellCurrency, buyCurrency, dealtCurrency, clientRate } = priced;
  return {
    buy_currency: buyCurrency,
    conversion_date: day,
    created_at: formatTimestamp(world.clock.nowMs(), apiVersion),
    currency_pair: sellCurrency + buyCurrency,
    dealt_currency: dealtCurrency,
    rate: showRate(clientRate),
    rate_details: viewRateDetails(priced),
    sell_currency: sellCurrency,
  };
}
