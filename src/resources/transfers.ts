/** Moves money between accounts of the platform. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { transfersCreate, transfersList, transfersRetrieve } from "../generated/endpoints.js";
import type {
  ConnectedAccountTransfer,
  TransferCreateParams,
  TransferList,
  TransferListParams,
} from "../generated/transfers.js";
import { createOnce, paymentOf } from "../idempotency/create-once.js";
import { sentBody } from "../idempotency/request-id.js";

/**
 * Transfers from the account that the client acts for: the platform's own, or that of
 * `client.onBehalfOf(id)`. Errors are the same as for `client.accounts`, and `ScaRequiredError` where a person
 * has to verify first: every call here may ask for it, see docs/sca.md.
 *
 * Amounts are decimals in units of the currency. Responses hold them as the API sent them, as a string
 * or a number; `String(amount)` is exact in both cases.
 */
export interface TransfersResource {
  /**
   * Moves money to another account of the platform, once.
   *
   * If you give no `request_id`, one is generated for the call; it is in the response, and in every
   * error as `idempotencyKey`. A create whose response was lost is sent again with the same id, and if
   * the first attempt turns out to have worked, its transfer is the result. Store a `request_id` of
   * your own with the payment before you call, and the same holds after a crash: calling again returns
   * the transfer that was made.
   *
   * See https://www.airwallex.com/docs/api/scale/connected_account_transfers/create
   *
   * @param params `amount` is sent exactly as given: a string of digits such as `"12.50"`, or a number
   * of up to 15 digits; a number with rounding errors, such as 0.1 + 0.2, is refused
   * @throws ApiError `invalid_request`, with `apiCode` `insufficient_fund` when the account has too
   * little, and `request_id_duplicate` when a different transfer has already used the `request_id`; the
   * message says which
   *
   * @example
   * await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   * const transfer = await client.transfers.create({
   *   request_id: "payout-2026-10-seller-42",
   *   destination: account.id,
   *   amount: "1250.00",
   *   currency: "USD",
   *   reason: "transfer_to_own_account",
   *   reference: "Sales of September",
   * });
   */
  create(params: TransferCreateParams, options?: CallOptions): ApiPromise<ConnectedAccountTransfer>;

  /**
   * Reads a transfer. `SETTLED` and `FAILED` are final; `SUSPENDED` waits for a refund.
   *
   * See https://www.airwallex.com/docs/api/scale/connected_account_transfers/retrieve
   *
   * @throws ApiError `not_found` when the account has made no such transfer
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<ConnectedAccountTransfer>;

  /**
   * Lists the transfers that the account has made. Await it for the first page, or iterate it for every
   * transfer.
   *
   * See https://www.airwallex.com/docs/api/scale/connected_account_transfers/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is 10 to 2,000, default 100
   *
   * @example
   * for await (const { id, amount, status } of client.transfers.list({ status: "SUSPENDED" })) {
   *   console.log(id, amount, status);
   * }
   */
  list(
    params?: TransferListParams,
    options?: CallOptions,
  ): ListPromise<ConnectedAccountTransfer, TransferList>;
}

export function transfersResource(call: Call): TransfersResource {
  const exact = { exactNumbers: true };
  const resource: TransfersResource = {
    create(params, options) {
      const body = paymentOf(params);
      const sent = sentBody(body, options);
      const { request_id, amount, currency, destination } = sent;
      const once = {
        noun: "transfer",
        requestId: request_id,
        asked: { amount, currency, destination },
        list: async (lookup: CallOptions) => (await resource.list({ request_id }, lookup)).items,
      };
      return call(transfersCreate, { body }, options, createOnce(once, options));
    },
    retrieve: (id, options) => call(transfersRetrieve, { path: { id } }, options, exact),
    list: (params = {}, options) =>
      listPages(transfersList, params, (query) => call(transfersList, { query }, options, exact)),
  };
  return resource;
}
