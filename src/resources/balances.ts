/** What an account holds. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import type { BalanceCurrentParams, WalletBalances } from "../generated/balances.js";
import { balancesCurrent } from "../generated/endpoints.js";

/** Balances of the account that the client acts for. Errors are the same as for `client.accounts`. */
export interface BalancesResource {
  /**
   * Reads the balances, one per currency. Amounts are decimals as the API sent them, as a number, or as a
   * string where a number would lose digits.
   *
   * See https://www.airwallex.com/docs/api/core_resources/balances/current
   *
   * @param params `account_type` is `cash` for the wallet, the default, or `yield` or `credit`
   *
   * @example
   * for (const { currency, available_amount } of await client.balances.current()) {
   *   console.log(currency, available_amount);
   * }
   */
  current(params?: BalanceCurrentParams, options?: CallOptions): ApiPromise<WalletBalances>;
}

export function balancesResource(call: Call): BalancesResource {
  return {
    current: (params = {}, options) =>
      call(balancesCurrent, { query: params }, options, { exactNumbers: true }),
  };
}
