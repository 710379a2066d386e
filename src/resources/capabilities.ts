/** What accounts can do once it is enabled. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import type {
  AccountCapability,
  AccountCapabilityId,
  CapabilityEnableRequest,
  CapabilityFundingLimitsParams,
  FundingLimit,
  FundingLimitList,
} from "../generated/capabilities.js";
import {
  capabilitiesEnable,
  capabilitiesFundingLimits,
  capabilitiesRetrieve,
} from "../generated/endpoints.js";
import { withinCall } from "../idempotency/lookup.js";

/** What a capability needs; its `id` is added. */
export type CapabilityEnableParams = Omit<CapabilityEnableRequest, "id">;

/**
 * Capabilities of the account that the client acts for: use `client.onBehalfOf(id)` for a connected
 * one. Errors are the same as for `client.accounts`.
 */
export interface CapabilitiesResource {
  /**
   * Reads whether the account can use a capability: `ENABLED`, `PENDING`, or `DISABLED` with reason
   * codes.
   *
   * See https://www.airwallex.com/docs/api/account_capability/account_capability/retrieve
   *
   * @param id name of the capability, such as `payments_visa` or `transfer_cny_local`
   * @throws ApiError `invalid_request` with the API's `capability_not_supported` for an unknown name
   *
   * @example
   * const { status } = await client.onBehalfOf(account.id).capabilities.retrieve("payments_visa");
   */
  retrieve(id: AccountCapabilityId, options?: CallOptions): ApiPromise<AccountCapability>;

  /**
   * Requests a capability for a verified account. It is under review while it is `PENDING`, which may
   * involve a request for information of type `PAYMENT_ENABLEMENT`. If it is refused, you can ask
   * again.
   *
   * A request whose response was lost is sent again only if the capability is still `DISABLED`.
   *
   * See https://www.airwallex.com/docs/api/account_capability/account_capability/enable
   *
   * @param params `enroll_sme_program` for payment methods; `transfer_cny_local` needs `entity_type`, and
   * `business_declarant_info` or `individual_declarant_info` to go with it
   * @throws ApiError `invalid_request` with the API's `field_required` or `invalid_person` when the
   * declarant is missing or unknown
   *
   * @example
   * await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   * await client.onBehalfOf(account.id).capabilities.enable("payments_visa");
   */
  enable(
    id: AccountCapabilityId,
    params?: CapabilityEnableParams,
    options?: CallOptions,
  ): ApiPromise<AccountCapability>;

  /**
   * Lists how much the account may add by direct debit. Await it for the first page, or iterate it for
   * every limit.
   *
   * See https://www.airwallex.com/docs/api/account_capability/account_capability/funding_limits
   *
   * @param params `ccy` is the currency to show amounts in (ISO 4217), and filters nothing; `effective_at`
   * is a time (ISO 8601); `page_num` counts from 0
   */
  fundingLimits(
    params?: CapabilityFundingLimitsParams,
    options?: CallOptions,
  ): ListPromise<FundingLimit, FundingLimitList>;
}

export function capabilitiesResource(call: Call): CapabilitiesResource {
  return {
    retrieve: (id, options) => call(capabilitiesRetrieve, { path: { id } }, options),
    enable: (id, params, options) =>
      call(capabilitiesEnable, { path: { id }, body: { ...params, id } }, options, {
        settlement: { find: enableLookup(call, id, options) },
      }),
    fundingLimits: (params = {}, options) =>
      listPages(
        capabilitiesFundingLimits,
        params,
        (query) => call(capabilitiesFundingLimits, { query }, options),
        ({ currency, type, mandate_type, status }) =>
          [currency, type, mandate_type, status].join(" "),
      ),
  };
}

/** A pending or enabled capability was asked for; a disabled one may be asked for again. */
function enableLookup(call: Call, id: string, options: CallOptions | undefined) {
  return async (remainingMs: number) => {
    const own = withinCall(options, remainingMs);
    const found = await call(capabilitiesRetrieve, { path: { id } }, own);
    return found.status === "DISABLED" ? undefined : { found };
  };
}
