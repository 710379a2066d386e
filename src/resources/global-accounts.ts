/** Account numbers of local banks, for money to come in. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listCursorPages, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import {
  globalAccountsClose,
  globalAccountsCreate,
  globalAccountsList,
  globalAccountsRetrieve,
  globalAccountsTransactions,
  globalAccountsUpdate,
} from "../generated/endpoints.js";
import type {
  GlobalAccount,
  GlobalAccountCreateParams,
  GlobalAccountList,
  GlobalAccountListParams,
  GlobalAccountTransaction,
  GlobalAccountTransactionList,
  GlobalAccountTransactionsParams,
  GlobalAccountUpdateParams,
} from "../generated/global-accounts.js";
import { createOnce } from "../idempotency/create-once.js";
import { sentBody, withRequestId } from "../idempotency/request-id.js";

/**
 * Global accounts of the account that the client acts for: with an account number of a local bank, it
 * receives money like a local. Errors are the same as for `client.accounts`.
 */
export interface GlobalAccountsResource {
  /**
   * Opens a global account, once: see `client.payouts.create` for what `request_id` does. The API cannot
   * list by `request_id`, so a lost answer is looked for among all global accounts.
   *
   * It may be `PROCESSING` at first; the event `global_account.active` says when it can be used.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/create
   *
   * @throws ApiError `invalid_request` when the country does not offer the features
   *
   * @example
   * const account = await client.globalAccounts.create({
   *   request_id: "eur-account-seller-42",
   *   country_code: "DE",
   *   required_features: [{ currency: "EUR", transfer_method: "LOCAL" }],
   * });
   * console.log(account.iban);
   */
  create(params: GlobalAccountCreateParams, options?: CallOptions): ApiPromise<GlobalAccount>;

  /**
   * Lists the global accounts. Await it for the first page, or iterate it for every account.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/list
   *
   * @param params filters; `page` is the `page_after` or `page_before` of another page; `page_size` is 100
   * by default
   */
  list(
    params?: GlobalAccountListParams,
    options?: CallOptions,
  ): ListPromise<GlobalAccount, GlobalAccountList>;

  /**
   * Reads a global account.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/retrieve
   *
   * @throws ApiError `not_found` when the account has no such global account
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<GlobalAccount>;

  /**
   * Changes the name of a global account.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/update
   */
  update(
    id: string,
    params: GlobalAccountUpdateParams,
    options?: CallOptions,
  ): ApiPromise<GlobalAccount>;

  /**
   * Closes a global account for good. Money that is sent to it afterwards goes back.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/close
   */
  close(id: string, options?: CallOptions): ApiPromise<GlobalAccount>;

  /**
   * Lists what came in through a global account. Await it for the first page, or iterate it for every
   * transaction.
   *
   * See https://www.airwallex.com/docs/api/core_resources/global_accounts/transactions
   *
   * @param params filters; both ends of the window are inclusive; `page_num` counts from 0, `page_size` is
   * 100 by default
   */
  transactions(
    id: string,
    params?: GlobalAccountTransactionsParams,
    options?: CallOptions,
  ): ListPromise<GlobalAccountTransaction, GlobalAccountTransactionList>;
}

export function globalAccountsResource(call: Call): GlobalAccountsResource {
  const resource: GlobalAccountsResource = {
    create(params, options) {
      const body = withRequestId(params);
      const sent = sentBody(body, options);
      const { request_id, country_code, required_features } = sent;
      const once = {
        noun: "global account",
        requestId: request_id,
        asked: { country_code },
        differs: async (made: GlobalAccount) =>
          hasFeatures(made, required_features) ? undefined : "has other features",
        list: async (lookup: CallOptions) => {
          // There is no filter by request_id, and one that was used for another country is taken too.
          for await (const one of resource.list({}, lookup)) {
            if (one.request_id === request_id) return [one];
          }
          return [];
        },
      };
      return call(globalAccountsCreate, { body }, options, createOnce(once, options));
    },
    list: (params = {}, options) =>
      listCursorPages(globalAccountsList, params, (query) =>
        call(globalAccountsList, { query }, options),
      ),
    retrieve: (id, options) => call(globalAccountsRetrieve, { path: { id } }, options),
    update: (id, params, options) =>
      call(globalAccountsUpdate, { path: { id }, body: params }, options),
    close: (id, options) => call(globalAccountsClose, { path: { id } }, options),
    transactions: (id, params = {}, options) =>
      listPages(
        globalAccountsTransactions,
        params,
        (query) =>
          call(globalAccountsTransactions, { path: { id }, query }, options, {
            exactNumbers: true,
          }),
        (one) => one.id ?? JSON.stringify(one),
      ),
  };
  return resource;
}

/** Whether it was made with the features; one that shows none may have been. */
function hasFeatures(
  { required_features: made }: GlobalAccount,
  wanted: GlobalAccountCreateParams["required_features"],
): boolean {
  if (!made || made.length === 0) return true;
  return wanted.every(({ currency, transfer_method: method }) =>
    made.some(
      (one) =>
        one.currency === currency &&
        (one.transfer_method ?? method) === (method ?? one.transfer_method),
    ),
  );
}
