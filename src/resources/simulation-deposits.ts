/** Pays money into accounts in the sandbox, as senders and their banks do in production. */

import { type ApiPromise, type Call, exactly } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import {
  simulationDepositsCreate,
  simulationDepositsReject,
  simulationDepositsReverse,
  simulationDepositsSettle,
} from "../generated/endpoints.js";
import type {
  SimulatedDeposit,
  SimulationDepositCreateParams,
} from "../generated/simulation-deposits.js";

/** Incoming money of the account that the client acts for: use `client.onBehalfOf(id)`. */
export interface SimulationDeposits {
  /**
   * Pays into a global account, as a bank transfer would.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/create
   *
   * @param params `amount` is in units of the account's currency; `status` is `PENDING`, `SETTLED` or
   * `REJECTED`, and the default is not documented
   * @throws ApiError `not_found` when there is no such global account
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
    params: SimulationDepositCreateParams,
    options?: CallOptions,
  ): ApiPromise<SimulatedDeposit>;

  /**
   * Settles a pending deposit: its amount is added to the wallet.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/settle
   *
   * @throws ApiError `invalid_request` when the deposit is not `PENDING`
   */
  settle(depositId: string, options?: CallOptions): ApiPromise<void>;

  /**
   * Rejects a pending deposit; the wallet does not change.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/reject
   *
   * @throws ApiError `invalid_request` when the deposit is not `PENDING`
   */
  reject(depositId: string, options?: CallOptions): ApiPromise<void>;

  /**
   * Takes a settled deposit back out of the wallet.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/reverse
   *
   * @throws ApiError `invalid_request` when the deposit is not `SETTLED`
   */
  reverse(depositId: string, options?: CallOptions): ApiPromise<void>;
}

export function simulationDeposits(call: Call): SimulationDeposits {
  const send = exactly(call);
  return {
    create: (params, options) => send(simulationDepositsCreate, { body: params }, options),
    settle: (deposit_id, options) =>
      send(simulationDepositsSettle, { path: { deposit_id } }, options),
    reject: (deposit_id, options) =>
      send(simulationDepositsReject, { path: { deposit_id } }, options),
    reverse: (deposit_id, options) =>
      send(simulationDepositsReverse, { path: { deposit_id } }, options),
  };
}
