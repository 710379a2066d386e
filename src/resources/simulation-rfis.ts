/** Asks questions in the sandbox, as Airwallex's reviewers do in production. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import {
  simulationRfisClose,
  simulationRfisCreate,
  simulationRfisFollowUp,
} from "../generated/endpoints.js";
import type {
  Rfi,
  SimulationRfiCreateParams,
  SimulationRfiFollowUpParams,
} from "../generated/rfis.js";

/** Requests for information in the sandbox, about the account that the client acts for. */
export interface SimulationRfis {
  /**
   * Opens a request for information. Without `questions` it asks those that belong to the type.
   *
   * @param params `questions[].sources` says who or what a question is about: a `PERSON` for KYC and
   * KYC_ONGOING, a `CARDHOLDER`, a `PAYMENT_INTENT` for MERCHANT_RISK, and for TRANSACTION a `CHARGE`,
   * `CONNECTED_ACCOUNT_TRANSFER`, `DIRECT_DEBIT`, `DEPOSIT` or `TRANSFER`
   * @throws ApiError `invalid_request` while another request of the same type is not `CLOSED`
   *
   * See https://www.airwallex.com/docs/api/simulation/rfis/create
   *
   * @example
   * const rfi = await client.onBehalfOf(account.id).simulation.rfis.create({
   *   type: "KYC",
   *   questions: [{ answer: { type: "TEXT" } }, { answer: { type: "ATTACHMENT" } }],
   * });
   */
  create(params: SimulationRfiCreateParams, options?: CallOptions): ApiPromise<Rfi>;

  /**
   * Opens another round, once all questions are answered: an item with an `id` asks that question
   * again, one with only an `answer.type` asks a new one.
   *
   * See https://www.airwallex.com/docs/api/simulation/rfis/follow_up
   *
   * @throws ApiError `invalid_request` when the request is not `ANSWERED`
   */
  followUp(
    id: string,
    params?: SimulationRfiFollowUpParams,
    options?: CallOptions,
  ): ApiPromise<Rfi>;

  /**
   * Closes a request. The status of the account does not change.
   *
   * See https://www.airwallex.com/docs/api/simulation/rfis/close
   *
   * @throws ApiError `invalid_request` when it is already closed
   */
  close(id: string, options?: CallOptions): ApiPromise<Rfi>;
}

export function simulationRfis(call: Call): SimulationRfis {
  return {
    create: (params, options) => call(simulationRfisCreate, { body: params }, options),
    followUp: (id, params = {}, options) =>
      call(simulationRfisFollowUp, { path: { id }, body: params }, options),
    close: (id, options) => call(simulationRfisClose, { path: { id } }, options),
  };
}
