/**
 * Transfers, charges and simulated deposits.
 *
 * @see https://www.airwallex.com/docs/api/scale/connected_account_transfers
 */

import { chargesList, transfersList } from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { notFound, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { createDeposit, moveDeposit, reverseDeposit, viewSimulatedDeposit } from "./deposits.js";
import { type Movement, type MovementKind, moneyOf } from "./money-store.js";
import { createMovement, findParty, notOperational, refuseDuplicate } from "./movements.js";
import { listMovements, viewCharge, viewTransfer } from "./view-money.js";

type Key = Extract<EndpointKey, `${"transfers" | "charges" | "simulationDeposits"}${string}`>;

type DepositCall = Call<{ readonly deposit_id: string }, unknown>;

export const moneyHandlers: HandlersOf<Key> = {
  transfersCreate({ world, body, actingFor: payer, apiVersion }) {
    refuseDuplicate(world, "transfer", payer, body.request_id);
    if (payer.status !== "ACTIVE") {
      throw new Refusal(400, "validation_failed", "The account that pays is not operational.");
    }
    const payee = findParty(world, body.destination, "destination");
    if (payee.id === payer.id) throw notOperational("destination", "is the one that pays");
    const asked = { kind: "transfer", request: body, owner: payer, payer, payee } as const;
    const more = { additionalInfo: body.additional_info };
    return viewTransfer(createMovement(world, { ...asked, ...more }), apiVersion);
  },

  async transfersList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(transfersList.query, request.query);
    const { items, has_more } = listMovements(world, "transfer", actingFor.id, query);
    return { has_more, items: items.map((one) => viewTransfer(one, apiVersion)) };
  },

  transfersRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewTransfer(find(world, "transfer", path.id, actingFor), apiVersion),

  chargesCreate({ world, body, actingFor, apiVersion }) {
    const { platform } = world.accounts;
    if (actingFor.id !== platform.id) {
      throw new Refusal(403, "forbidden", "Only a platform can charge its accounts.");
    }
    refuseDuplicate(world, "charge", platform, body.request_id);
    const payer = findParty(world, body.source, "source");
    if (payer.id === platform.id) throw notOperational("source", "is the platform itself");
    const asked = {
      kind: "charge",
      request: body,
      owner: platform,
      payer,
      payee: platform,
    } as const;
    return viewCharge(createMovement(world, asked), apiVersion);
  },

  async chargesList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(chargesList.query, request.query);
    const { items, has_more } = listMovements(world, "charge", actingFor.id, query);
    return { has_more, items: items.map((one) => viewCharge(one, apiVersion)) };
  },

  chargesRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewCharge(find(world, "charge", path.id, actingFor), apiVersion),

  simulationDepositsCreate: ({ world, actingFor, body, apiVersion }) =>
    viewSimulatedDeposit(createDeposit(world, actingFor, body), apiVersion),

  simulationDepositsSettle: (call) => become(call, "SETTLED"),

  simulationDepositsReject: (call) => become(call, "REJECTED"),

  simulationDepositsReverse({ world, actingFor, path }) {
    reverseDeposit(world, actingFor, path.deposit_id);
    return true;
  },
};

function become({ world, actingFor, path }: DepositCall, to: "SETTLED" | "REJECTED"): boolean {
  moveDeposit(world, actingFor, path.deposit_id, to);
  return true;
}

function find(world: World, kind: MovementKind, id: string, owner: AccountRecord): Movement {
  const found = moneyOf(world).movements.get(id);
  if (found?.kind === kind && found.ownerId === owner.id) return found;
  throw notFound(`${kind === "transfer" ? "Transfer" : "Charge"} [${id}]`);
}
