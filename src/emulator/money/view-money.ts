/** Money as the API shows it. */

import type {
  Charge,
  ChargeListParams,
  ConnectedAccountTransfer,
  Payout,
  TransferListParams,
} from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { numberedPage } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { viewFees } from "./application-fees.js";
import { type Movement, type MovementKind, moneyOf, type PayoutRecord } from "./money-store.js";
import { dayOf } from "./quotes.js";
import { showRate } from "./rates.js";

export function viewMovement(
  movement: Movement,
  apiVersion: string,
): ConnectedAccountTransfer | Charge {
  return movement.kind === "transfer"
    ? viewTransfer(movement, apiVersion)
    : viewCharge(movement, apiVersion);
}

export function viewTransfer(movement: Movement, apiVersion: string): ConnectedAccountTransfer {
  return {
    ...viewCommon(movement, apiVersion),
    destination: movement.payeeId,
    failure_reasons: [...movement.failureReasons],
    additional_info: movement.additionalInfo ?? null,
  };
}

export function viewCharge(movement: Movement, apiVersion: string): Charge {
  return { ...viewCommon(movement, apiVersion), source: movement.payerId };
}

function viewCommon(movement: Movement, apiVersion: string) {
  const { id, units, currency, reason, reference, status, createdAtMs, updatedAtMs } = movement;
  return {
    ...{ id, amount: toAmount(units, currency), currency, fee: 0, reason, reference },
    request_id: movement.requestId,
    short_reference_id: movement.shortReferenceId,
    status,
    created_at: formatTimestamp(createdAtMs, apiVersion),
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  };
}

export function viewPayout(payout: PayoutRecord, apiVersion: string): Payout {
  const { id, request, priced, status, failureType, createdAtMs, updatedAtMs } = payout;
  const { sellCurrency, buyCurrency, sellUnits, buyUnits } = priced;
  const { transfer_method = "LOCAL", fee_paid_by = "PAYER" } = request;
  const day = request.transfer_date ?? dayOf(createdAtMs);
  const converted = sellCurrency !== buyCurrency;
  return {
    amount_beneficiary_receives: toAmount(buyUnits, buyCurrency),
    amount_payer_pays: toAmount(sellUnits, sellCurrency),
    application_fee_options: request.application_fee_options ?? null,
    application_fees: viewFees(payout.fees),
    beneficiary: payout.beneficiary,
    beneficiary_id: request.beneficiary_id ?? null,
    conversion: converted
      ? { currency_pair: sellCurrency + buyCurrency, rate: showRate(priced.clientRate) }
      : null,
    created_at: formatTimestamp(createdAtMs, apiVersion),
    dispatch_date: day,
    failure:
      failureType === undefined
        ? null
        : { code: failureType, message: "The payout failed.", details: { type: failureType } },
    fee_amount: 0,
    fee_currency: sellCurrency,
    fee_paid_by,
    funding: { status: "FUNDED" },
    id,
    metadata: request.metadata ?? null,
    payer: request.payer ?? { entity_type: "COMPANY", address: { country_code: "HK" } },
    reason: request.reason,
    reference: request.reference,
    remarks: request.remarks ?? null,
    request_id: request.request_id,
    short_reference_id: payout.shortReferenceId,
    source_amount: toAmount(sellUnits, sellCurrency),
    source_currency: sellCurrency,
    status,
    swift_charge_option: request.swift_charge_option ?? null,
    transfer_amount: toAmount(buyUnits, buyCurrency),
    transfer_currency: buyCurrency,
    transfer_date: day,
    transfer_method,
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  };
}

/** The movements that an account has made, newest first. @throws Refusal for an invalid time. */
export function listMovements(
  world: World,
  kind: MovementKind,
  ownerId: string,
  query: TransferListParams & ChargeListParams,
): { readonly items: readonly Movement[]; readonly has_more: boolean } {
  const period = readPeriod(query, "from_created_at", "to_created_at");
  const fits = (asked: string | undefined, value: string): boolean =>
    asked === undefined || asked === value;
  const all = moneyOf(world)
    .movements.all()
    .filter(
      (one) =>
        one.kind === kind &&
        one.ownerId === ownerId &&
        fits(query.request_id, one.requestId) &&
        fits(query.currency, one.currency) &&
        fits(query.status, one.status) &&
        fits(query.destination, one.payeeId) &&
        fits(query.source, one.payerId) &&
        isWithin(period, one.createdAtMs),
    );
  return numberedPage(all.toReversed(), query);
}
