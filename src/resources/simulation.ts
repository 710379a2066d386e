/** Moves sandbox objects along, as reviewers, banks and shoppers would in production. */

import type { ApiPromise, Call } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import type { Account } from "../generated/accounts.js";
import { simulationAccountsUpdateStatus } from "../generated/endpoints.js";
import type { SimulationStatusUpdate } from "../generated/simulation.js";
import { type SimulationAmendments, simulationAmendments } from "./simulation-amendments.js";
import { type SimulationOffboardings, simulationOffboardings } from "./simulation-offboardings.js";
import { type SimulationProducts, simulationProducts } from "./simulation-products.js";
import { type SimulationRfis, simulationRfis } from "./simulation-rfis.js";

/** Available outside production only; a production client has no `simulation`. */
export interface SimulationResource extends SimulationProducts {
  readonly accounts: {
    /**
     * Decides the review of a submitted account.
     *
     * `force` defaults to true. With `force: false`, an account that still lacks something goes to
     * `ACTION_REQUIRED` instead of `ACTIVE`.
     *
     * See https://www.airwallex.com/docs/api/simulation/accounts/update_status
     *
     * @throws ApiError `invalid_request` when the account is not `SUBMITTED`
     *
     * @example
     * await client.simulation.accounts.updateStatus(account.id, { next_status: "ACTIVE" });
     */
    updateStatus(
      accountId: string,
      input: SimulationStatusUpdate,
      options?: CallOptions,
    ): ApiPromise<Account>;
  };
  readonly rfis: SimulationRfis;
  readonly amendments: SimulationAmendments;
  readonly offboardings: SimulationOffboardings;
}

export function simulationResource(call: Call): SimulationResource {
  return {
    accounts: {
      updateStatus: (account_id, input, options) =>
        call(simulationAccountsUpdateStatus, { path: { account_id }, body: input }, options),
    },
    rfis: simulationRfis(call),
    amendments: simulationAmendments(call),
    offboardings: simulationOffboardings(call),
    ...simulationProducts(call),
  };
}
