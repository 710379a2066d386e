/** What a payout costs: the amounts in both currencies, and the fees of the platform. */

import { entryOf, type WithoutNulls } from "../../checks/values.js";
import type { PayoutCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { markupOf, payoutFees } from "./application-fees.js";
import type { FeeRecord, QuoteRecord } from "./money-store.js";
import { findQuote } from "./quotes.js";
import { type Priced, price } from "./rates.js";

export interface PricedPayout {
  readonly quote: QuoteRecord | undefined;
  readonly priced: Priced;
  readonly fees: readonly FeeRecord[];
}

type Request = Omit<WithoutNulls<PayoutCreateRequest>, "request_id">;

/** @throws Refusal with the code that payouts have for it. */
export function pricePayout(world: World, owner: AccountRecord, request: Request): PricedPayout {
  const { source_amount, transfer_amount } = request;
  if ((source_amount === undefined) === (transfer_amount === undefined)) {
    throw invalidPayout("transfer_amount", "Give either source_amount or transfer_amount.");
  }
  try {
    return priceBoth(world, owner, request);
  } catch (error) {
    throw error instanceof Refusal ? ofPayouts(error) : error;
  }
}

function priceBoth(world: World, owner: AccountRecord, request: Request): PricedPayout {
  const { source_amount, transfer_amount, transfer_currency: buy, quote_id } = request;
  const sell = request.source_currency ?? buy;
  const currencies = { sell, buy };
  const quote = quote_id === undefined ? undefined : findQuote(world, owner, quote_id, currencies);
  const wanted = {
    ...{ sell_currency: sell, buy_currency: buy },
    ...{ sell_amount: source_amount, buy_amount: transfer_amount },
  };
  const markup = sell === buy ? 0n : (quote?.markupParts ?? markupOf(request));
  const priced = price(world, wanted, markup, quote?.priced);
  const fees = [
    ...payoutFees(request, sell, priced.sellUnits),
    ...(priced.feeUnits > 0n
      ? [{ currency: buy, units: priced.feeUnits, source: "CONVERSION" as const }]
      : []),
  ];
  return { quote, priced, fees };
}

export const invalidPayout = (source: string, message: string): Refusal =>
  new Refusal(400, "validation_failed", message, { source, details: { errors: [{ source }] } });

/** What conversions call by another name. */
const codes: Readonly<Record<string, string>> = {
  amount_below_limit: "amount_below_transfer_method_limit",
  expired_quote: "quote_expired",
  invalid_argument: "validation_failed",
  invalid_quote_id: "quote_id_invalid",
};

const unsupported: Readonly<Record<string, string>> = {
  sell_currency: "source_currency_unsupported",
  buy_currency: "transfer_currency_unsupported",
};

function ofPayouts({ status, code, message, source = "", details }: Refusal): Refusal {
  const own = code === "unsupported_currency" ? entryOf(unsupported, source) : entryOf(codes, code);
  const name = (text: string): string =>
    text.replaceAll("sell_", "source_").replaceAll("buy_", "transfer_");
  return new Refusal(status, own ?? code, name(message), { source: name(source), details });
}
