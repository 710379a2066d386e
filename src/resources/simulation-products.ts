/**
 * Simulates what banks, shoppers and card networks do in production, for products that the client does
 * not otherwise cover. Create the objects that these calls refer to with `client.request`.
 */

import { type ApiPromise, type Call, exactly } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import {
  simulationCardholdersPassReview,
  simulationDepositsCreate,
  simulationDepositsReject,
  simulationDepositsReverse,
  simulationDepositsSettle,
  simulationIssuingCapture,
  simulationIssuingCreate,
  simulationIssuingRefund,
  simulationIssuingReverse,
  simulationLinkedAccountsAcceptMandate,
  simulationLinkedAccountsCancelMandate,
  simulationLinkedAccountsFailMicrodeposits,
  simulationLinkedAccountsRejectMandate,
  simulationPaymentDisputesCreate,
  simulationPaymentDisputesEscalate,
  simulationPaymentDisputesResolve,
  simulationPaymentsTransition,
  simulationShopperActionsPerform,
  simulationTransfersTransition,
} from "../generated/endpoints.js";
import type {
  CardTransaction,
  PaymentDispute,
  SimulatedDeposit,
  SimulatedPayment,
  SimulatedPayout,
  SimulationCardTransactionCaptureRequest,
  SimulationCardTransactionCreateRequest,
  SimulationCardTransactionRefundRequest,
  SimulationCardTransactionReverseRequest,
  SimulationDepositCreateRequest,
  SimulationDisputeCreateRequest,
  SimulationDisputeEscalateRequest,
  SimulationDisputeResolveRequest,
  SimulationPaymentTransition,
  SimulationShopperActionRequest,
  SimulationTransferTransition,
} from "../generated/products.js";

/** What a shopper does on a payment page: `verify` is for payment consents. */
export type ShopperAction = "pay" | "reject" | "verify" | (string & {});

/**
 * Simulations for the account that the client acts for. Where a method returns nothing, the API's
 * response has no documented body. Every method rejects with `ApiError` `invalid_request` when the
 * object's status does not allow the change, and `not_found` when there is no such object.
 */
export interface SimulationProducts {
  /** Incoming money. See https://www.airwallex.com/docs/api/simulation/deposits */
  readonly deposits: {
    /**
     * Pays into a global account, as a bank transfer would.
     *
     * @param input `amount` is in units of the account's currency; `status` is `PENDING`, `SETTLED` or
     * `REJECTED`, and the default is not documented
     *
     * @example
     * const deposit = await client.simulation.deposits.create({
     *   amount: 120.5,
     *   global_account_id: emulator.money.openGlobalAccount({ currency: "USD" }),
     *   status: "PENDING",
     * });
     * await client.simulation.deposits.settle(deposit.id);
     */
    create(
      input: SimulationDepositCreateRequest,
      options?: CallOptions,
    ): ApiPromise<SimulatedDeposit>;
    /** Settles a pending deposit: its amount is added to the wallet. */
    settle(depositId: string, options?: CallOptions): ApiPromise<void>;
    /** Rejects a pending deposit; the wallet does not change. */
    reject(depositId: string, options?: CallOptions): ApiPromise<void>;
    /** Takes a settled deposit back out of the wallet. */
    reverse(depositId: string, options?: CallOptions): ApiPromise<void>;
  };
  /** Payouts, which the API calls transfers; not those of `client.transfers`. */
  readonly transfers: {
    /**
     * Moves a payout to its next status, from `SCHEDULED` through `PROCESSING` and `SENT` to `PAID`, or
     * to `FAILED` with a reason.
     *
     * See https://www.airwallex.com/docs/api/simulation/transfers/transition
     */
    transition(
      id: string,
      input: SimulationTransferTransition,
      options?: CallOptions,
    ): ApiPromise<SimulatedPayout>;
  };
  /** Payouts of API versions before 2024-01-31. */
  readonly payments: {
    /**
     * Moves such a payout to its next status.
     *
     * See https://www.airwallex.com/docs/api/simulation/payments/transition
     */
    transition(
      paymentId: string,
      input: SimulationPaymentTransition,
      options?: CallOptions,
    ): ApiPromise<SimulatedPayment>;
  };
  /** Bank accounts to debit. See https://www.airwallex.com/docs/api/simulation/linked_accounts */
  readonly linkedAccounts: {
    /** Accepts a mandate that is `PROCESSING`: it becomes `ACTIVE`. */
    acceptMandate(id: string, options?: CallOptions): ApiPromise<void>;
    /** Rejects a mandate that is `PROCESSING`: it becomes `INACTIVE`. */
    rejectMandate(id: string, options?: CallOptions): ApiPromise<void>;
    /** Cancels a mandate that is `PROCESSING` or `ACTIVE`: it becomes `INACTIVE`. */
    cancelMandate(id: string, options?: CallOptions): ApiPromise<void>;
    /** Makes the verification by micro-deposits fail. */
    failMicrodeposits(id: string, options?: CallOptions): ApiPromise<void>;
  };
  /** Shoppers on payment pages. */
  readonly shopperActions: {
    /**
     * Does what a shopper would do on a payment page.
     *
     * See https://www.airwallex.com/docs/api/simulation/payments/shopper_actions
     *
     * @param input `url` is that of the payment's `next_action`
     */
    perform(
      action: ShopperAction,
      input: SimulationShopperActionRequest,
      options?: CallOptions,
    ): ApiPromise<void>;
  };
  /** Disputes about payments. See https://www.airwallex.com/docs/api/simulation/payments */
  readonly paymentDisputes: {
    /** Opens a dispute about a payment. */
    create(
      input: SimulationDisputeCreateRequest,
      options?: CallOptions,
    ): ApiPromise<PaymentDispute>;
    /** Ends a dispute: `WON` in favour of the merchant, `LOST` in favour of the customer. */
    resolve(
      id: string,
      input: SimulationDisputeResolveRequest,
      options?: CallOptions,
    ): ApiPromise<PaymentDispute>;
    /** Moves a dispute to its next stage. */
    escalate(
      id: string,
      input: SimulationDisputeEscalateRequest,
      options?: CallOptions,
    ): ApiPromise<PaymentDispute>;
  };
  /** Transactions on issued cards. See https://www.airwallex.com/docs/api/simulation/issuing */
  readonly issuing: {
    /** Authorises a transaction; with `single_phase` it is captured at once. */
    create(
      input: SimulationCardTransactionCreateRequest,
      options?: CallOptions,
    ): ApiPromise<CardTransaction>;
    /** Captures an authorisation, in full unless `transaction_amount` says how much. */
    capture(
      transactionId: string,
      input?: SimulationCardTransactionCaptureRequest,
      options?: CallOptions,
    ): ApiPromise<CardTransaction>;
    /** Reverses an authorisation, in full unless `transaction_amount` says how much. */
    reverse(
      transactionId: string,
      input?: SimulationCardTransactionReverseRequest,
      options?: CallOptions,
    ): ApiPromise<CardTransaction>;
    /** Refunds what was captured. */
    refund(
      input: SimulationCardTransactionRefundRequest,
      options?: CallOptions,
    ): ApiPromise<CardTransaction>;
  };
  /** Holders of issued cards. */
  readonly cardholders: {
    /**
     * Passes the review of a cardholder that is `PENDING`: it becomes `READY`.
     *
     * See https://www.airwallex.com/docs/api/simulation/issuing/pass_review_cardholders
     */
    passReview(id: string, options?: CallOptions): ApiPromise<void>;
  };
}

export function simulationProducts(call: Call): SimulationProducts {
  const send = exactly(call);
  return {
    deposits: {
      create: (body, options) => send(simulationDepositsCreate, { body }, options),
      settle: (deposit_id, options) =>
        send(simulationDepositsSettle, { path: { deposit_id } }, options),
      reject: (deposit_id, options) =>
        send(simulationDepositsReject, { path: { deposit_id } }, options),
      reverse: (deposit_id, options) =>
        send(simulationDepositsReverse, { path: { deposit_id } }, options),
    },
    transfers: {
      transition: (id, body, options) =>
        send(simulationTransfersTransition, { path: { id }, body }, options),
    },
    payments: {
      transition: (payment_id, body, options) =>
        send(simulationPaymentsTransition, { path: { payment_id }, body }, options),
    },
    linkedAccounts: {
      acceptMandate: (id, options) =>
        send(simulationLinkedAccountsAcceptMandate, { path: { id } }, options),
      rejectMandate: (id, options) =>
        send(simulationLinkedAccountsRejectMandate, { path: { id } }, options),
      cancelMandate: (id, options) =>
        send(simulationLinkedAccountsCancelMandate, { path: { id } }, options),
      failMicrodeposits: (id, options) =>
        send(simulationLinkedAccountsFailMicrodeposits, { path: { id } }, options),
    },
    shopperActions: {
      perform: (action, body, options) =>
        send(simulationShopperActionsPerform, { path: { action }, body }, options),
    },
    paymentDisputes: {
      create: (body, options) => send(simulationPaymentDisputesCreate, { body }, options),
      resolve: (id, body, options) =>
        send(simulationPaymentDisputesResolve, { path: { id }, body }, options),
      escalate: (id, body, options) =>
        send(simulationPaymentDisputesEscalate, { path: { id }, body }, options),
    },
    issuing: {
      create: (body, options) => send(simulationIssuingCreate, { body }, options),
      capture: (transaction_id, body = {}, options) =>
        send(simulationIssuingCapture, { path: { transaction_id }, body }, options),
      reverse: (transaction_id, body = {}, options) =>
        send(simulationIssuingReverse, { path: { transaction_id }, body }, options),
      refund: (body, options) => send(simulationIssuingRefund, { body }, options),
    },
    cardholders: {
      passReview: (id, options) => send(simulationCardholdersPassReview, { path: { id } }, options),
    },
  };
}
