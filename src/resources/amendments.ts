/** Changes to accounts that have been verified. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import type { PrimaryContactInput } from "../generated/agreements.js";
import type { Amendment } from "../generated/amendments.js";
import { amendmentsCreate, amendmentsRetrieve } from "../generated/endpoints.js";
import type { StoreDetailsInput } from "../generated/store.js";

/** A change to request: the part of the account, and its new content. */
export type AmendmentCreateParams =
  | { readonly target: "primary_contact"; readonly primary_contact: PrimaryContactInput }
  | { readonly target: "account_details.store_details"; readonly store_details: StoreDetailsInput };

/**
 * Changes to the account that the client acts for: use `client.onBehalfOf(id)` for a connected one.
 * Errors are the same as for `client.accounts`.
 */
export interface AmendmentsResource {
  /**
   * Requests a change that `accounts.update` can no longer make, because the account has passed
   * verification. It is `PENDING` until it is reviewed; the webhooks `account_amendment.approved` and
   * `account_amendment.rejected` report the outcome.
   *
   * The API has no idempotency key and no list here, so a create whose response was lost fails with
   * outcome `unknown`, and is not sent again.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/create_amendment
   *
   * @throws ApiError `invalid_request` when the account is not verified yet
   *
   * @example
   * await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   * const amendment = await client.onBehalfOf(account.id).amendments.create({
   *   target: "primary_contact",
   *   primary_contact: { email: "new@example.com" },
   * });
   */
  create(params: AmendmentCreateParams, options?: CallOptions): ApiPromise<Amendment>;

  /**
   * Reads an amendment: `PENDING`, `APPROVED` or `REJECTED`.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/retrieve_amendment
   *
   * @throws ApiError `not_found` when the account has no such amendment
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Amendment>;
}

export function amendmentsResource(call: Call): AmendmentsResource {
  return {
    create: (params, options) => call(amendmentsCreate, { body: params }, options),
    retrieve: (id, options) => call(amendmentsRetrieve, { path: { id } }, options),
  };
}
