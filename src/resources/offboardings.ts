/** Closes connected accounts for good. */

import type { ApiPromise, Call } from "../call/call.js";
import type { ListPromise } from "../call/page.js";
import { listCursorPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import {
  offboardingsCreate,
  offboardingsList,
  offboardingsRetrieve,
} from "../generated/endpoints.js";
import type {
  Offboarding,
  OffboardingCreateParams,
  OffboardingList,
  OffboardingListParams,
} from "../generated/offboardings.js";
import { beganAt, withinCall } from "../idempotency/lookup.js";

/** Requests to close connected accounts. Errors are the same as for `client.accounts`. */
export interface OffboardingsResource {
  /**
   * Asks Airwallex to close an account. While the request is `PENDING`, the account keeps its status.
   * Once it is `COMPLETED`, the account is `SUSPENDED`, and `CLOSED` 30 days later; this cannot be
   * undone. To stop an account temporarily, use `accounts.suspend`.
   *
   * A legal entity can have only one open offboarding, so one whose response was lost is looked up
   * before it is sent again.
   *
   * See https://www.airwallex.com/docs/api/scale/offboardings/create
   *
   * @param params `reason_code`, and a `comment` if you like
   * @throws ApiError `invalid_request` when the account is closed, or its legal entity has an open
   *   offboarding
   *
   * @example
   * const offboarding = await client.offboardings.create(account.id, {
   *   reason_code: "COMMERCIAL_DECISION",
   *   comment: "The seller has left the marketplace.",
   * });
   */
  create(
    accountId: string,
    params: OffboardingCreateParams,
    options?: CallOptions,
  ): ApiPromise<Offboarding>;

  /**
   * Reads an offboarding: `PENDING`, `COMPLETED` or `CANCELLED`.
   *
   * See https://www.airwallex.com/docs/api/scale/offboardings/retrieve
   *
   * @throws ApiError `not_found` when the account has no such offboarding
   */
  retrieve(accountId: string, id: string, options?: CallOptions): ApiPromise<Offboarding>;

  /**
   * Lists the offboardings of an account. Await it for the first page, or iterate it for all of them.
   *
   * See https://www.airwallex.com/docs/api/scale/offboardings/list
   *
   * @param params filters; `page_size` is 10 to 200, default 100
   */
  list(
    accountId: string,
    params?: OffboardingListParams,
    options?: CallOptions,
  ): ListPromise<Offboarding, OffboardingList>;
}

export function offboardingsResource(call: Call): OffboardingsResource {
  const resource: OffboardingsResource = {
    create: (account_id, params, options) =>
      call(offboardingsCreate, { path: { account_id }, body: params }, options, {
        settlement: { find: createLookup(resource, account_id, options) },
      }),
    retrieve: (account_id, id, options) =>
      call(offboardingsRetrieve, { path: { account_id, id } }, options),
    list: (account_id, params = {}, options) =>
      listCursorPages(offboardingsList, params, (query) =>
        call(offboardingsList, { path: { account_id }, query }, options),
      ),
  };
  return resource;
}

/**
 * Finds the offboarding of a create whose response was lost: the open one, unless it is older than the
 * call.
 */
function createLookup(
  { list }: OffboardingsResource,
  accountId: string,
  options: CallOptions | undefined,
) {
  const since = beganAt();
  return async (remainingMs: number) => {
    const own = withinCall(options, remainingMs);
    const { data, response } = await list(accountId, { status: "PENDING" }, own).withResponse();
    const sinceMs = since(response);
    const found = data.items.find(({ created_at }) => Date.parse(created_at ?? "") >= sinceMs);
    return found && { found };
  };
}
