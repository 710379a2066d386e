/** Sample data for the events about money. */

import { formatTimestamp } from "../engine/api-version.js";
import { viewConversion } from "../money/conversions.js";
import { viewGlobalAccount } from "../money/global-accounts.js";
import type { ConversionRecord, GlobalAccountRecord, PayoutRecord } from "../money/money-store.js";
import { dayOf } from "../money/quotes.js";
import { price } from "../money/rates.js";
import { viewPayout } from "../money/view-money.js";
import type { Sample, SampleFacts } from "./sample.js";

/** By the part of an event's name before the dot. */
export const moneySamples: Readonly<Record<string, (facts: SampleFacts) => Sample>> = {
  conversion({ status, account, ids, world }) {
    const nowMs = world.clock.nowMs();
    const wanted = { sell_currency: "EUR", buy_currency: "USD", sell_amount: "100" };
    const record: ConversionRecord = {
      ...{ id: ids.conversion(), shortReferenceId: ids.shortReference("CV") },
      ...{ accountId: account.id, requestId: ids.request(), quoteId: undefined },
      ...{ priced: price(world, wanted), fees: [], feeOptions: [], day: dayOf(nowMs) },
      ...{ createdAtMs: nowMs, updatedAtMs: nowMs, funded: true },
      status: status as ConversionRecord["status"],
    };
    return { data: { kind: "shown", show: (version) => viewConversion(record, version) } };
  },

  global_account({ status, account, ids, world }) {
    const request = { request_id: ids.request(), country_code: "DE" };
    const record: GlobalAccountRecord = {
      ...{ id: ids.globalAccount(), sequence: 1, accountId: account.id, currency: "EUR" },
      request: { ...request, required_features: [{ currency: "EUR", transfer_method: "LOCAL" }] },
      ...{ createdAtMs: world.clock.nowMs(), nickname: undefined, status: "ACTIVE" },
    };
    return { data: { kind: "other", value: { ...viewGlobalAccount(record), status } } };
  },

  ga({ ids, world: { clock, settings } }) {
    const money = { amount: 100, currency: "EUR", fee_amount: 0, fee_currency: "EUR" };
    const create_time = formatTimestamp(clock.nowMs(), settings.apiVersion);
    const about = { id: ids.deposit(), create_time, status: "SETTLED", type: "CREDIT" };
    const items = [{ ...money, ...about, payer_name: "Sample Payer", payer_country: "DE" }];
    return { data: { kind: "other", value: { has_more: false, items } } };
  },

  payout: samplePayout,
  payment: samplePayout,

  balance({ ids, world: { clock, settings } }) {
    const createdAt = formatTimestamp(clock.nowMs(), settings.apiVersion);
    const transactionReference = { depositId: ids.deposit() };
    const value = { amount: 100, balance: 100, ccy: "EUR", type: "DEPOSIT" };
    return { data: { kind: "other", value: { ...value, createdAt, transactionReference } } };
  },
};

function samplePayout({ status, account, ids, world }: SampleFacts): Sample {
  const nowMs = world.clock.nowMs();
  const payment = { source_currency: "USD", transfer_currency: "USD", transfer_amount: "100" };
  const wanted = { sell_currency: "USD", buy_currency: "USD", buy_amount: "100" };
  const record: PayoutRecord = {
    ...{ id: ids.payout(), sequence: 1, shortReferenceId: ids.shortReference("P") },
    accountId: account.id,
    request: { ...payment, request_id: ids.request(), reason: "travel", reference: "Sample" },
    beneficiary: { entity_type: "COMPANY", company_name: "Sample Supplier" },
    ...{ priced: price(world, wanted), fees: [], createdAtMs: nowMs, updatedAtMs: nowMs },
    ...{ status: "SCHEDULED", failureType: undefined, cancelStep: undefined },
  };
  const show = (version: string): object => ({
    ...viewPayout(record, version),
    status: status.split(".").at(-1) ?? status,
  });
  return { data: { kind: "shown", show }, sourceId: record.id };
}
