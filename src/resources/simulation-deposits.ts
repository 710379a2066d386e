/** Pays money into accounts in the sandbox, as senders and their banks do in production. */

import type { ApiPromise, Call } from "../call/call.js";
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

/**
 * Incoming money of the account that the client acts for: use `client.onBehalfOf(id)`. The documentation
 * does not say what the booleans mean.
 */
export interface SimulationDeposits {
  /**
   * Pays into a global account, as a bank transfer would.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/create
   *
   * @param params `amount` is in units of the account's currency, at most 100,000,000; `status` is
   * `PENDING`, `SETTLED` (default) or `REJECTED`; `statement_ref` is one that no other deposit has
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
  settle(depositId: string, options?: CallOptions): ApiPromise<boolean>;

  /**
   * Rejects a pending deposit; the wallet does not change.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/reject
   *
   * @throws ApiError `invalid_request` when the deposit is not `PENDING`
   */
  reject(depositId: string, options?: CallOptions): ApiPromise<boolean>;

  /**
   * Takes a settled deposit back out of the wallet: a second settled deposit has the negative amount.
   *
   * See https://www.airwallex.com/docs/api/simulation/deposits/reverse
   *
   * @throws ApiError `invalid_request` when the deposit is not `SETTLED`
   */
  reverse(depositId: string, options?: CallOptions): ApiPromise<boolean>;
}

export function simulationDeposits(call: Call): SimulationDeposits {
  // Some versions of the API answer without a body.
  const done = { anyBody: true };
  return {
    create: (body, options) =>
      call(simulationDepositsCreate, { body }, options, { exactNumbers: true }),
    settle: (deposit_id, options) =>
      call(simulationDepositsSettle, { path: { deposit_id } }, options, done),
    reject: (deposit_id, options) =>
      call(simulationDepositsReject, { path: { deposit_id } }, options, done),
    reverse: (deposit_id, options) =>
      call(simulationDepositsReverse, { path: { deposit_id } }, options, done),
  };
}
