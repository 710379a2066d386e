/** Money that the platform pulls from a connected account. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import type {
  Charge,
  ChargeCreateParams,
  ChargeList,
  ChargeListParams,
} from "../generated/charges.js";
import { chargesCreate, chargesList, chargesRetrieve } from "../generated/endpoints.js";
import { createOnce, paymentOf } from "../idempotency/create-once.js";
import { sentBody } from "../idempotency/request-id.js";

/** Charges, such as fees. Amounts, errors and `request_id` are as in {@link TransfersResource}. */
export interface ChargesResource {
  /**
   * Pulls money from a connected account into the platform's wallet, once, with the same guarantees as
   * `transfers.create`.
   *
   * See https://www.airwallex.com/docs/api/scale/charges/create
   *
   * @throws ApiError `invalid_request`, with `apiCode` `insufficient_fund` when the connected account
   * has too little, and `request_id_duplicate` when a different charge has already used the
   * `request_id`
   *
   * @example
   * await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   * const fee = await client.charges.create({
   *   request_id: "fee-2026-09-seller-42",
   *   source: account.id,
   *   amount: "12.50",
   *   currency: "USD",
   *   reason: "professional_business_services",
   *   reference: "Fees of September",
   * });
   */
  create(params: ChargeCreateParams, options?: CallOptions): ApiPromise<Charge>;

  /**
   * Reads a charge. `SETTLED` and `FAILED` are final; `SUSPENDED` waits for a refund.
   *
   * See https://www.airwallex.com/docs/api/scale/charges/retrieve
   *
   * @throws ApiError `not_found` when the platform has made no such charge
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Charge>;

  /**
   * Lists the charges of the platform. Await it for the first page, or iterate it for every charge.
   *
   * See https://www.airwallex.com/docs/api/scale/charges/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is 10 to 2,000, default 100
   */
  list(params?: ChargeListParams, options?: CallOptions): ListPromise<Charge, ChargeList>;
}

export function chargesResource(call: Call): ChargesResource {
  const exact = { exactNumbers: true };
  const resource: ChargesResource = {
    create(params, options) {
      const body = paymentOf(params);
      const sent = sentBody(body, options);
      const { request_id, amount, currency, source } = sent;
      const once = {
        noun: "charge",
        requestId: request_id,
        asked: { amount, currency, source },
        list: async (lookup: CallOptions) => (await resource.list({ request_id }, lookup)).items,
      };
      return call(chargesCreate, { body }, options, createOnce(once, options));
    },
    retrieve: (id, options) => call(chargesRetrieve, { path: { id } }, options, exact),
    list: (params = {}, options) =>
      listPages(chargesList, params, (query) => call(chargesList, { query }, options, exact)),
  };
  return resource;
}
