/**
 * Conversions: what is sold leaves the wallet as soon as it is there, and what is bought arrives at
 * settlement. One without money waits for it, and is overdue after its day.
 *
 * @see https://www.airwallex.com/docs/api/transactional_fx/conversions
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { Conversion, ConversionCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { dayMs } from "../engine/duration.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { markupOf, viewFees } from "./application-fees.js";
import { available, outside, reserved, type Source } from "./ledger.js";
import { type ConversionRecord, moneyOf, spendable } from "./money-store.js";
import { findQuote, readDay } from "./quotes.js";
import { priceConversion, showRate, viewRateDetails } from "./rates.js";

/** @throws Refusal with the documented code. */
export function createConversion(
  world: World,
  owner: AccountRecord,
  request: WithoutNulls<ConversionCreateRequest>,
): ConversionRecord {
  const { ids, clock } = world;
  const { quote_id, sell_currency, buy_currency, application_fee_options = [] } = request;
  const currencies = { sell: sell_currency, buy: buy_currency };
  const quote = quote_id === undefined ? undefined : findQuote(world, owner, quote_id, currencies);
  const markupParts = quote?.markupParts ?? markupOf(request);
  const priced = priceConversion(world, request, markupParts, quote?.priced);
  const createdAtMs = clock.nowMs();
  const day =
    request.conversion_date === undefined && quote
      ? quote.day
      : readDay(world, request.conversion_date);
  if (quote) quote.used = true;
  const conversion = moneyOf(world).conversions.add({
    id: ids.conversion(),
    shortReferenceId: ids.shortReference("CV"),
    accountId: owner.id,
    requestId: request.request_id,
    quoteId: quote_id,
    priced,
    fees: [{ currency: buy_currency, units: priced.feeUnits, source: "CONVERSION" }],
    feeOptions: application_fee_options,
    ...{ day, createdAtMs },
    status: "SCHEDULED",
    funded: false,
    updatedAtMs: createdAtMs,
  });
  publish(world, conversion, createdAtMs);
  fund(world, conversion);
  if (!conversion.funded) waitForMoney(world, conversion);
  return conversion;
}

/** At once, or at the beginning of a later day. */
const beginsMs = ({ day, createdAtMs }: ConversionRecord): number =>
  Math.max(createdAtMs, Date.parse(day));

/** Funds a conversion as soon as the money is there, wherever it comes from; the oldest one first. */
function waitForMoney(world: World, conversion: ConversionRecord): void {
  const { accountId, priced } = conversion;
  const stop = moneyOf(world).ledger.changes.subscribe((entry) => {
    if (entry.accountId !== accountId || entry.currency !== priced.sellCurrency) return;
    if (entry.units > 0n) fund(world, conversion);
    if (conversion.funded) stop();
  });
  world.clock.schedule(beginsMs(conversion) + dayMs, (atMs) => {
    if (!conversion.funded) become(world, conversion, "OVERDUE", atMs);
  });
}

function fund(world: World, conversion: ConversionRecord): void {
  const { accountId, priced } = conversion;
  const { sellCurrency: currency, sellUnits: units } = priced;
  if (conversion.funded) return;
  if (spendable(world, accountId, currency) < units) return;
  conversion.funded = true;
  moneyOf(world).open.add(conversion.id);
  const nowMs = world.clock.nowMs();
  moneyOf(world).ledger.post(sourceOf(conversion), nowMs, [
    { book: available(accountId), currency, units: -units, type: "CONVERSION_SELL" },
    { book: reserved(accountId), currency, units },
  ]);
  const { settleAfterMs } = world.settings;
  if (settleAfterMs === false) return;
  const dueMs = Math.max(beginsMs(conversion) + settleAfterMs, nowMs);
  world.clock.schedule(dueMs, (atMs) => settleConversion(world, conversion, atMs));
}

/** Pays out what was bought; nothing happens to a conversion that is not funded, or is settled. */
export function settleConversion(world: World, conversion: ConversionRecord, atMs: number): void {
  if (!conversion.funded || conversion.status === "SETTLED") return;
  const { accountId, priced } = conversion;
  const { sellCurrency, buyCurrency, sellUnits, buyUnits, feeUnits } = priced;
  const platform = available(world.accounts.platform.id);
  const fee = { book: platform, currency: buyCurrency, units: feeUnits, type: "FEE" };
  moneyOf(world).ledger.post(sourceOf(conversion), atMs, [
    { book: reserved(accountId), currency: sellCurrency, units: -sellUnits },
    { book: outside, currency: sellCurrency, units: sellUnits },
    { book: outside, currency: buyCurrency, units: -(buyUnits + feeUnits) },
    {
      ...{ book: available(accountId), currency: buyCurrency, units: buyUnits },
      type: "CONVERSION_BUY",
    },
    ...(feeUnits > 0n ? [fee] : []),
  ]);
  moneyOf(world).open.delete(conversion.id);
  become(world, conversion, "SETTLED", atMs);
}

const sourceOf = ({ id, shortReferenceId }: ConversionRecord): Source => ({
  ...{ id, type: "CONVERSION", description: shortReferenceId },
});

function become(
  world: World,
  conversion: ConversionRecord,
  to: ConversionRecord["status"],
  atMs: number,
): void {
  conversion.status = to;
  conversion.updatedAtMs = atMs;
  publish(world, conversion, atMs);
}

const publish = (world: World, record: ConversionRecord, atMs: number): void =>
  moneyOf(world).conversions.changes.publish({ record, atMs });

export function viewConversion(conversion: ConversionRecord, apiVersion: string): Conversion {
  const { id, requestId, quoteId, priced, fees, feeOptions, day, createdAtMs } = conversion;
  const { sellCurrency, buyCurrency, sellUnits, buyUnits, dealtCurrency } = priced;
  return {
    conversion_id: id,
    application_fee_options: feeOptions,
    application_fees: viewFees(fees),
    awx_rate: showRate(priced.awxRate),
    buy_amount: toAmount(buyUnits, buyCurrency),
    buy_currency: buyCurrency,
    client_rate: showRate(priced.clientRate),
    conversion_date: day,
    created_at: formatTimestamp(createdAtMs, apiVersion),
    currency_pair: sellCurrency + buyCurrency,
    dealt_currency: dealtCurrency,
    mid_rate: showRate(priced.midRate),
    quote_id: quoteId ?? null,
    rate_details: viewRateDetails(priced),
    request_id: requestId,
    sell_amount: toAmount(sellUnits, sellCurrency),
    sell_currency: sellCurrency,
    settlement_cutoff_at: formatTimestamp(beginsMs(conversion) + dayMs, apiVersion),
    short_reference_id: conversion.shortReferenceId,
    status: conversion.status,
    updated_at: formatTimestamp(conversion.updatedAtMs, apiVersion),
  };
}
