/**
 * Moving money: it leaves the payer when a transfer or charge is created, then arrives when that is
 * settled, or returns when it fails.
 *
 * @see https://www.airwallex.com/docs/api/scale/connected_account_transfers
 */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  ChargeCreateRequest,
  MoneyMovementStatus,
  TransferAdditionalInfoInput,
  TransferCreateRequest,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { isCurrency, toUnits } from "./amounts.js";
import { available, type Line, reserved } from "./ledger.js";
import {
  expectIncoming,
  type Movement,
  type MovementKind,
  moneyOf,
  movementKey,
  spendable,
} from "./money-store.js";

export interface Asked {
  readonly kind: MovementKind;
  readonly request: WithoutNulls<
    Omit<TransferCreateRequest | ChargeCreateRequest, "source" | "destination">
  >;
  readonly owner: AccountRecord;
  readonly payer: AccountRecord;
  readonly payee: AccountRecord;
  readonly additionalInfo?: TransferAdditionalInfoInput | undefined;
}

/** The prefix of the reference that people see. */
export const shortReferencePrefix = { transfer: "CT", charge: "CH" } as const;

/** @throws Refusal with the documented code. */
export function createMovement(world: World, asked: Asked): Movement {
  const { ids, clock } = world;
  const money = moneyOf(world);
  const { kind, request, owner, payer, payee } = asked;
  const { currency } = request;
  const units = readAmount(request.amount, currency);
  if (spendable(world, payer.id, currency) < units) {
    throw new Refusal(400, "insufficient_fund", "The balance of the source wallet is too low.");
  }
  const createdAtMs = clock.nowMs();
  const movement: Movement = {
    kind,
    id: ids.movement(),
    shortReferenceId: ids.shortReference(shortReferencePrefix[kind]),
    requestId: request.request_id,
    ...{ ownerId: owner.id, payerId: payer.id, payeeId: payee.id, units, currency },
    reason: request.reason,
    reference: request.reference,
    additionalInfo: asked.additionalInfo,
    status: "NEW",
    failureReasons: [],
    ...{ createdAtMs, updatedAtMs: createdAtMs },
    cancelSettlement: undefined,
  };
  money.movements.add(movement);
  money.open.add(movement.id);
  expectIncoming(world, payee.id, currency, units);
  post(world, movement, createdAtMs, [
    { book: available(payer.id), currency, units: -units, type: "TRANSFER_OUT" },
    { book: reserved(payer.id), currency, units },
  ]);
  money.movements.changes.publish({ record: movement, atMs: createdAtMs });
  scheduleSettlement(world, movement);
  return movement;
}

/** The counterparty that a request names. @throws Refusal if it is unknown or not active. */
export function findParty(
  { accounts }: World,
  id: string,
  field: "source" | "destination",
): AccountRecord {
  const { platform, connected } = accounts;
  const found = id === platform.id ? platform : connected.get(id);
  if (found?.status === "ACTIVE") return found;
  throw notOperational(field, "is not connected to the platform, or not fully operational");
}

export function notOperational(field: string, what: string): Refusal {
  return new Refusal(400, "validation_failed", `The account of [${field}] ${what}.`, {
    source: field,
  });
}

/** Whether the money has arrived, or has been returned. */
export function isOver({ status }: Movement): boolean {
  return status === "SETTLED" || status === "FAILED";
}

/** The only place where the status of a movement changes; one that is over stays as it is. */
export function moveTo(
  world: World,
  movement: Movement,
  to: MoneyMovementStatus,
  { atMs = world.clock.nowMs(), reasons = [] }: { atMs?: number; reasons?: readonly string[] } = {},
): void {
  if (isOver(movement)) return;
  const { payerId, payeeId, currency, units } = movement;
  movement.cancelSettlement?.();
  movement.cancelSettlement = undefined;
  movement.status = to;
  movement.failureReasons = reasons;
  movement.updatedAtMs = atMs;
  if (isOver(movement)) {
    moneyOf(world).open.delete(movement.id);
    expectIncoming(world, payeeId, currency, -units);
    const arrives = to === "SETTLED";
    post(world, movement, atMs, [
      { book: reserved(payerId), currency, units: -units },
      {
        ...{ book: available(arrives ? payeeId : payerId), currency, units },
        type: arrives ? "TRANSFER_IN" : "TRANSFER_OUT_REVERSAL",
      },
    ]);
  }
  moneyOf(world).movements.changes.publish({ record: movement, atMs });
}

/**
 * Called before other checks: a repeat is a repeat, whatever is left in the wallet by now and whatever has
 * become of the counterparty.
 *
 * @throws Refusal if the account has used the id before, for a movement of the same kind.
 */
export function refuseDuplicate(
  world: World,
  kind: MovementKind,
  owner: AccountRecord,
  requestId: string,
): void {
  const { movements } = moneyOf(world);
  if (movements.withKey(movementKey(kind, owner.id, requestId)) === undefined) return;
  const message = "A request with this request_id was made before.";
  throw new Refusal(400, "request_id_duplicate", message, { source: "request_id" });
}

function readAmount(amount: string | number, currency: string): bigint {
  if (!isCurrency(currency)) throw invalidArgument("currency", "expected a code of ISO 4217");
  const units = toUnits(amount, currency);
  if (units === undefined) {
    throw new Refusal(400, "validation_failed", `The amount has more decimals than ${currency}.`, {
      source: "amount",
    });
  }
  if (units === 0n) throw invalidArgument("amount", "expected more than 0");
  return units;
}

function post(world: World, movement: Movement, atMs: number, lines: readonly Line[]): void {
  const { kind, id, reference } = movement;
  const source = { id, type: kind === "charge" ? "CHARGE" : "TRANSFER", description: reference };
  moneyOf(world).ledger.post(source, atMs, lines);
}

function scheduleSettlement(world: World, movement: Movement): void {
  const { settleAfterMs } = world.settings;
  if (settleAfterMs === false) return;
  movement.cancelSettlement = world.clock.schedule(movement.createdAtMs + settleAfterMs, (atMs) => {
    if (movement.status === "NEW") moveTo(world, movement, "PENDING", { atMs });
    moveTo(world, movement, "SETTLED", { atMs });
  });
}
