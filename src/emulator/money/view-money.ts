/** Money as the API shows it. */

import type {
  Charge,
  ChargeListParams,
  ConnectedAccountTransfer,
  TransferListParams,
} from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { numberedPage } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import type { World } from "../engine/world.js";
import { toAmount } from "./amounts.js";
import { type Movement, type MovementKind, moneyOf } from "./money-store.js";

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
