/**
 * Simulates what banks, shoppers and card networks do in production.
 *
 * @see https://www.airwallex.com/docs/developer-tools/sandbox-environment
 */

import type { DepositStatus } from "../../generated/index.js";
import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { createDeposit, moveDeposit, viewSimulatedDeposit } from "../money/deposits.js";
import { viewObject } from "../products/access.js";
import { capture, payByCard, refund, reverse } from "../products/cards.js";
import { findObject, moveObject, putObject } from "../products/objects.js";
import {
  checkShopperAction,
  describeDispute,
  escalateDispute,
  failMicrodeposits,
  moveMandate,
  resolveDispute,
  transitionPayment,
  transitionPayout,
} from "../products/operations.js";
import type { ProductObject, SimulatedKind } from "../products/record.js";

type Key = Extract<
  EndpointKey,
  | `simulation${"Deposits" | "Transfers" | "Payments" | "LinkedAccounts"}${string}`
  | `simulation${"ShopperActions" | "PaymentDisputes" | "Issuing" | "Cardholders"}${string}`
>;

type DepositCall = Call<{ readonly deposit_id: string }, unknown>;
type IdCall = Call<{ readonly id: string }, unknown>;

export const simulationProductsHandlers: HandlersOf<Key> = {
  simulationDepositsCreate: ({ world, actingFor, body, apiVersion }) =>
    viewSimulatedDeposit(createDeposit(world, actingFor, body), apiVersion),

  simulationDepositsSettle: (call) => become(call, "SETTLED"),

  simulationDepositsReject: (call) => become(call, "REJECTED"),

  simulationDepositsReverse: (call) => become(call, "REVERSED"),

  simulationTransfersTransition: (call) =>
    shown(onObject(call, "transfer", (one) => transitionPayout(call.world, one, call.body))),

  simulationPaymentsTransition({ world, actingFor, path, body }) {
    const payment = findObject(world, "payment", path.payment_id, actingFor);
    transitionPayment(world, payment, body);
    return shown(payment);
  },

  simulationLinkedAccountsAcceptMandate: (call) => mandate(call, "ACTIVE", ["PROCESSING"]),

  simulationLinkedAccountsRejectMandate: (call) => mandate(call, "INACTIVE", ["PROCESSING"]),

  simulationLinkedAccountsCancelMandate: (call) =>
    mandate(call, "INACTIVE", ["PROCESSING", "ACTIVE"]),

  simulationLinkedAccountsFailMicrodeposits(call) {
    onObject(call, "linked_account", (one) => failMicrodeposits(call.world, one));
    return undefined;
  },

  simulationShopperActionsPerform({ path, body }) {
    checkShopperAction(path.action, body.url);
    return undefined;
  },

  simulationPaymentDisputesCreate: ({ world, actingFor, body }) =>
    shown(putObject(world, "payment_dispute", actingFor.id, describeDispute(world, body))),

  simulationPaymentDisputesResolve: (call) =>
    shown(onObject(call, "payment_dispute", (one) => resolveDispute(call.world, one, call.body))),

  simulationPaymentDisputesEscalate: (call) =>
    shown(onObject(call, "payment_dispute", (one) => escalateDispute(call.world, one, call.body))),

  simulationIssuingCreate: ({ world, actingFor, body }) => shown(payByCard(world, actingFor, body)),

  simulationIssuingCapture: ({ world, actingFor, path, body }) =>
    shown(capture(world, actingFor, path.transaction_id, body)),

  simulationIssuingReverse: ({ world, actingFor, path, body }) =>
    shown(reverse(world, actingFor, path.transaction_id, body)),

  simulationIssuingRefund: ({ world, actingFor, body }) => shown(refund(world, actingFor, body)),

  simulationCardholdersPassReview(call) {
    const next = { to: "READY", from: ["PENDING"] };
    onObject(call, "cardholder", (one) => moveObject(call.world, one, next));
    return undefined;
  },
};

function become({ world, actingFor, path }: DepositCall, to: DepositStatus): undefined {
  moveDeposit(world, actingFor, path.deposit_id, to);
}

function mandate(call: IdCall, to: string, from: readonly string[]): undefined {
  onObject(call, "linked_account", (one) => moveMandate(one, to, from));
}

/** Applies an operation to the object in the path and returns the object. */
function onObject(
  { world, actingFor, path }: IdCall,
  kind: SimulatedKind,
  act: (object: ProductObject) => void,
): ProductObject {
  const object = findObject(world, kind, path.id, actingFor);
  act(object);
  return object;
}

/** Objects hold whatever tests have put into them, besides the members that all of their kind have. */
function shown<View>(object: ProductObject): View {
  return viewObject(object) as View;
}
