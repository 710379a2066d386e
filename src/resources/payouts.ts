/** Pays out to bank accounts, wallets and cards. The API calls a payout a transfer. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listCursorPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { isObject } from "../checks/values.js";
import {
  beneficiariesRetrieve,
  payoutsCancel,
  payoutsConfirmFunding,
  payoutsCreate,
  payoutsList,
  payoutsRetrieve,
  payoutsValidate,
} from "../generated/endpoints.js";
import type {
  Payout,
  PayoutCancellation,
  PayoutCreateParams,
  PayoutList,
  PayoutListParams,
  PayoutValidateParams,
  PayoutValidation,
} from "../generated/payouts.js";
import { createOnce, paymentOf } from "../idempotency/create-once.js";
import { paysAnotherAccount } from "../idempotency/payee.js";
import { sentBody } from "../idempotency/request-id.js";
import {
  isForgotten,
  type RequestIdAge,
  refuseOldRequestId,
} from "../idempotency/request-id-age.js";

/** Options of `payouts.create`: those of any call, and what is known of the age of its `request_id`. */
export interface PayoutCreateOptions extends CallOptions, RequestIdAge {}

/**
 * Payouts from the account that the client acts for. Airwallex calls them transfers (`/api/v1/transfers`);
 * `client.transfers` moves money between accounts of the platform. Amounts are decimals in units of the
 * currency. Errors are the same as for `client.accounts`, and `ScaRequiredError` where a person has to verify
 * before `create`, `retrieve` or `list`, see docs/sca.md.
 */
export interface PayoutsResource {
  /**
   * Pays out, once.
   *
   * If you give no `request_id`, one is generated for the call; it is in the response, and in every error
   * as `idempotencyKey`. A create whose response was lost is sent again with the same id, and if the first
   * attempt turns out to have worked, its payout is the result. Store a `request_id` of your own with the
   * payment before you call, and the same holds after a crash.
   *
   * The API knows an id for 7 days, and a call that comes later would pay again. So an id that is older is
   * refused before anything is sent. Its age is read from a UUID of version 7, or from the option
   * `requestIdFirstUsedAt`; of any other id it is not known.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/create
   *
   * @param params a `beneficiary` or a `beneficiary_id`; one of `transfer_amount` and `source_amount`, sent
   * exactly as given
   * @param options `requestIdFirstUsedAt` says how old the `request_id` is, and `allowOldRequestId` sends it
   * whatever its age
   * @throws ApiError `invalid_request`, with `apiCode` such as `balance_insufficient`
   * @throws ValidationError for a `request_id` that is older than 7 days; nothing was sent
   *
   * @example
   * const payout = await client.payouts.create({
   *   request_id: "payout-2026-01-supplier-7",
   *   beneficiary: {
   *     entity_type: "COMPANY",
   *     company_name: "Supplier Inc",
   *     bank_details: {
   *       account_currency: "USD",
   *       account_name: "Supplier Inc",
   *       account_number: "50001121",
   *       account_routing_type1: "aba",
   *       account_routing_value1: "021000021",
   *       bank_country_code: "US",
   *     },
   *   },
   *   source_currency: "USD",
   *   transfer_currency: "USD",
   *   transfer_amount: "200.00",
   *   transfer_method: "LOCAL",
   *   reason: "goods_purchased",
   *   reference: "Invoice 7",
   * });
   */
  create(params: PayoutCreateParams, options?: PayoutCreateOptions): ApiPromise<Payout>;

  /**
   * Reads a payout.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/retrieve
   *
   * @throws ApiError `not_found` when the account has no such payout
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Payout>;

  /**
   * Lists payouts. Await it for the first page, or iterate it for every payout. Without `page` the API
   * looks back 30 days; `page: "0"` begins a list without that limit.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/list
   *
   * @param params filters; `page` is the `page_after` or `page_before` of another page, `page_size` is at
   * most 2,000
   */
  list(params?: PayoutListParams, options?: CallOptions): ListPromise<Payout, PayoutList>;

  /**
   * Cancels a payout that has not been sent yet.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/cancel
   *
   * @throws ApiError `invalid_request`, with `apiCode` `update_unsupported` when it is too late
   */
  cancel(id: string, options?: CallOptions): ApiPromise<PayoutCancellation>;

  /**
   * Confirms that a payout may go on whose funding waits for it.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/confirm_funding
   *
   * @throws ApiError `invalid_request`, with `apiCode` `update_unsupported` when nothing waits
   */
  confirmFunding(id: string, options?: CallOptions): ApiPromise<Payout>;

  /**
   * Checks a payout without making it, and is refused for what is wrong.
   *
   * See https://www.airwallex.com/docs/api/payouts/transfers/validate
   *
   * @throws ApiError `invalid_request`, with `fieldErrors`
   */
  validate(params: PayoutValidateParams, options?: CallOptions): ApiPromise<PayoutValidation>;
}

/** How long the API knows the `request_id` of a payout. */
const rememberedFor = { days: 7, lookIn: 'payouts.list({ request_id, page: "0" })' };

export function payoutsResource(call: Call): PayoutsResource {
  const exact = { exactNumbers: true };
  /** A payout made for a payee given in full has no `beneficiary_id` to compare: their accounts are. */
  const payeeOf = async (made: Payout, id: string | null | undefined, lookup: CallOptions) => {
    if (!id || made.beneficiary_id) return undefined;
    return (await call(beneficiariesRetrieve, { path: { id } }, lookup)).beneficiary;
  };
  const resource: PayoutsResource = {
    create(params, given) {
      const { requestIdFirstUsedAt, allowOldRequestId, ...rest } = given ?? {};
      // What is no options object is refused by the call.
      const options = isObject(given) ? rest : given;
      const body = paymentOf(params);
      const sent = sentBody(body, options);
      const { request_id, beneficiary, beneficiary_id } = sent;
      const { source_currency, source_amount, transfer_currency, transfer_amount } = sent;
      const once = {
        noun: "payout",
        requestId: request_id,
        asked: {
          ...{ source_currency, source_amount, transfer_currency, transfer_amount },
          beneficiary_id,
        },
        differs: async (made: Payout, lookup: CallOptions) => {
          const payee = beneficiary ?? (await payeeOf(made, beneficiary_id, lookup));
          const isOther = made.beneficiary && payee && paysAnotherAccount(made.beneficiary, payee);
          return isOther ? "pays another account" : undefined;
        },
        list: async (lookup: CallOptions) => {
          const list = resource.list({ request_id, page: "0" }, lookup);
          const { data, response } = await list.withResponse();
          if (!allowOldRequestId) return data.items;
          return data.items.filter((one) => !isForgotten(one.created_at, response, rememberedFor));
        },
      };
      const age = { requestIdFirstUsedAt, allowOldRequestId };
      return call(payoutsCreate, { body }, options, {
        ...createOnce(once, options),
        check: () => refuseOldRequestId(payoutsCreate.name, request_id, age, rememberedFor),
      });
    },
    retrieve: (id, options) => call(payoutsRetrieve, { path: { id } }, options, exact),
    list: (params = {}, options) =>
      listCursorPages(payoutsList, params, (query) => call(payoutsList, { query }, options, exact)),
    cancel: (id, options) => call(payoutsCancel, { path: { id } }, options),
    confirmFunding: (id, options) => call(payoutsConfirmFunding, { path: { id } }, options, exact),
    validate: (params, options) => call(payoutsValidate, { body: paymentOf(params) }, options),
  };
  return resource;
}
