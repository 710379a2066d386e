/** Moves sandbox objects along, as reviewers and banks would in production. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import type { Account } from "../generated/accounts.js";
import { simulationAccountsUpdateStatus } from "../generated/endpoints.js";
import type { SimulationAccountUpdateStatusParams } from "../generated/simulation.js";
import { type SimulationAmendments, simulationAmendments } from "./simulation-amendments.js";
import { type SimulationDeposits, simulationDeposits } from "./simulation-deposits.js";
import { type SimulationOffboardings, simulationOffboardings } from "./simulation-offboardings.js";
import { type SimulationRfis, simulationRfis } from "./simulation-rfis.js";
import { type SimulationTransfers, simulationTransfers } from "./simulation-transfers.js";

/** Available outside production only; a production client has no `simulation`. */
export interface SimulationResource {
  readonly accounts: {
    /**
     * Decides the review of a submitted account.
     *
     * The next status is `ACTIVE`, `ACTION_REQUIRED` or `SUSPENDED`. `force` defaults to true. With
     * `force: false`, an account that still lacks something goes to `ACTION_REQUIRED` instead of `ACTIVE`.
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
      params: SimulationAccountUpdateStatusParams,
      options?: CallOptions,
    ): ApiPromise<Account>;
  };
  readonly rfis: SimulationRfis;
  readonly amendments: SimulationAmendments;
  readonly offboardings: SimulationOffboardings;
  readonly deposits: SimulationDeposits;
  readonly transfers: SimulationTransfers;
}

export function simulationResource(call: Call): SimulationResource {
  return {
    accounts: {
      updateStatus: (account_id, params, options) =>
        call(simulationAccountsUpdateStatus, { path: { account_id }, body: params }, options),
    },
    rfis: simulationRfis(call),
    amendments: simulationAmendments(call),
    offboardings: simulationOffboardings(call),
    deposits: simulationDeposits(call),
    transfers: simulationTransfers(call),
  };
}
