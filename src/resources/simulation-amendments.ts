/** Simulates the decisions of reviewers about amendments. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import type { Amendment } from "../generated/amendments.js";
import { simulationAmendmentsApprove, simulationAmendmentsReject } from "../generated/endpoints.js";

/** Amendments of the account that the client acts for: use `client.onBehalfOf(id)`. */
export interface SimulationAmendments {
  /**
   * Approves a pending amendment; the account is changed, though not necessarily at once.
   *
   * See https://www.airwallex.com/docs/api/simulation/account_amendments
   *
   * @throws ApiError `invalid_request` when the amendment has already been decided
   */
  approve(id: string, options?: CallOptions): ApiPromise<Amendment>;

  /**
   * Rejects a pending amendment; the account does not change.
   *
   * See https://www.airwallex.com/docs/api/simulation/account_amendments
   *
   * @throws ApiError `invalid_request` when the amendment has already been decided
   */
  reject(id: string, options?: CallOptions): ApiPromise<Amendment>;
}

export function simulationAmendments(call: Call): SimulationAmendments {
  return {
    approve: (id, options) => call(simulationAmendmentsApprove, { path: { id } }, options),
    reject: (id, options) => call(simulationAmendmentsReject, { path: { id } }, options),
  };
}
