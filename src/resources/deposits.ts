/** Money that came in. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import type { Deposit, DepositList, DepositListParams } from "../generated/deposits.js";
import { depositsList, depositsRetrieve } from "../generated/endpoints.js";

/**
 * Deposits to the account that the client acts for. Amounts are decimals in units of the currency. Errors
 * are the same as for `client.accounts`.
 */
export interface DepositsResource {
  /**
   * Lists deposits, by default those of the last 30 days. Await it for the first page, or iterate it for
   * every deposit.
   *
   * See https://www.airwallex.com/docs/api/core_resources/deposits/list
   *
   * @param params filters; both ends of the window are inclusive; `page_num` counts from 0, `page_size` is
   * 100 by default
   *
   * @example
   * for await (const { id, amount, currency, status } of client.deposits.list()) {
   *   console.log(id, amount, currency, status);
   * }
   */
  list(params?: DepositListParams, options?: CallOptions): ListPromise<Deposit, DepositList>;

  /**
   * Reads a deposit.
   *
   * See https://www.airwallex.com/docs/api/core_resources/deposits/retrieve
   *
   * @throws ApiError `not_found` when the account has no such deposit
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Deposit>;
}

export function depositsResource(call: Call): DepositsResource {
  const exact = { exactNumbers: true };
  return {
    list: (params = {}, options) =>
      listPages(depositsList, params, (query) => call(depositsList, { query }, options, exact)),
    retrieve: (id, options) => call(depositsRetrieve, { path: { id } }, options, exact),
  };
}
