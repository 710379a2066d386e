/** The statement of an account. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import {
  financialTransactionsList,
  financialTransactionsRetrieve,
} from "../generated/endpoints.js";
import type {
  FinancialTransaction,
  FinancialTransactionList,
  FinancialTransactionListParams,
} from "../generated/financial-transactions.js";

/**
 * The entries of the statement of the account that the client acts for: deposits, conversions, payouts,
 * transfers, charges and fees. Amounts are decimals in units of the currency. Errors are the same as for
 * `client.accounts`, and `ScaRequiredError` where a person has to verify first, see docs/sca.md.
 */
export interface FinancialTransactionsResource {
  /**
   * Lists the entries. Await it for the first page, or iterate it for every entry.
   *
   * See https://www.airwallex.com/docs/api/core_resources/financial_transactions/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is at most 1,000, default 100
   *
   * @example
   * for await (const { transaction_type, net, currency } of client.financialTransactions.list()) {
   *   console.log(transaction_type, net, currency);
   * }
   */
  list(
    params?: FinancialTransactionListParams,
    options?: CallOptions,
  ): ListPromise<FinancialTransaction, FinancialTransactionList>;

  /**
   * Reads an entry.
   *
   * See https://www.airwallex.com/docs/api/core_resources/financial_transactions/retrieve
   *
   * @throws ApiError `not_found` when the account has no such entry
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<FinancialTransaction>;
}

export function financialTransactionsResource(call: Call): FinancialTransactionsResource {
  const exact = { exactNumbers: true };
  return {
    list: (params = {}, options) =>
      listPages(financialTransactionsList, params, (query) =>
        call(financialTransactionsList, { query }, options, exact),
      ),
    retrieve: (id, options) =>
      call(financialTransactionsRetrieve, { path: { id } }, options, exact),
  };
}
