/** Simulates the decisions of Airwallex about offboardings. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import {
  simulationOffboardingsCancel,
  simulationOffboardingsComplete,
} from "../generated/endpoints.js";
import type { Offboarding } from "../generated/offboardings.js";

/** Offboardings of connected accounts. */
export interface SimulationOffboardings {
  /**
   * Completes a pending offboarding: the account is `SUSPENDED`, and `CLOSED` 30 days later.
   *
   * See https://www.airwallex.com/docs/api/simulation/offboardings
   *
   * @throws ApiError `invalid_request` when the offboarding has already been decided
   */
  complete(accountId: string, id: string, options?: CallOptions): ApiPromise<Offboarding>;

  /**
   * Cancels a pending offboarding; the account does not change.
   *
   * See https://www.airwallex.com/docs/api/simulation/offboardings
   *
   * @throws ApiError `invalid_request` when the offboarding has already been decided
   */
  cancel(accountId: string, id: string, options?: CallOptions): ApiPromise<Offboarding>;
}

export function simulationOffboardings(call: Call): SimulationOffboardings {
  return {
    complete: (account_id, id, options) =>
      call(simulationOffboardingsComplete, { path: { account_id, id } }, options),
    cancel: (account_id, id, options) =>
      call(simulationOffboardingsCancel, { path: { account_id, id } }, options),
  };
}
