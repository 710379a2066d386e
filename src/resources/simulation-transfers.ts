/** Moves payouts along in the sandbox, as banks do in production. */

import { type ApiPromise, type Call, exactly } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import { simulationTransfersTransition } from "../generated/endpoints.js";
import type {
  SimulatedPayout,
  SimulationTransferTransitionParams,
} from "../generated/simulation-transfers.js";

/** Payouts, which the API calls transfers; not those of `client.transfers`. */
export interface SimulationTransfers {
  /**
   * Moves a payout to its next status, from `SCHEDULED` through `PROCESSING` and `SENT` to `PAID`, or
   * to `FAILED` with a reason.
   *
   * See https://www.airwallex.com/docs/api/simulation/transfers/transition
   *
   * @throws ApiError `invalid_request` when the status cannot follow the present one
   */
  transition(
    id: string,
    params: SimulationTransferTransitionParams,
    options?: CallOptions,
  ): ApiPromise<SimulatedPayout>;
}

export function simulationTransfers(call: Call): SimulationTransfers {
  const send = exactly(call);
  return {
    transition: (id, params, options) =>
      send(simulationTransfersTransition, { path: { id }, body: params }, options),
  };
}
