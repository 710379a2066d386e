/** Pages hosted by Airwallex, on which account owners do what you would rather not build. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import {
  hostedFlowsAuthorize,
  hostedFlowsCreate,
  hostedFlowsRetrieve,
} from "../generated/endpoints.js";
import type {
  HostedFlow,
  HostedFlowAuthorizeParams,
  HostedFlowCreateParams,
} from "../generated/hosted-flows.js";

/** Flows through pages hosted by Airwallex. Errors are the same as for `client.accounts`. */
export interface HostedFlowsResource {
  /**
   * Prepares a flow for the owner of a connected account. The template, supplied by Airwallex,
   * determines what the owner is asked for; the one for onboarding is for business accounts.
   *
   * The API has no idempotency key and no list here, so a create whose response was lost fails with
   * outcome `unknown`. A second flow does no harm.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/create
   *
   * @param params `return_url` must not be on `localhost`; use 127.0.0.1 instead
   *
   * @example
   * const flow = await client.hostedFlows.create({
   *   account_id: account.id,
   *   template: "the id from your account manager",
   *   return_url: "https://platform.example/onboarded",
   *   error_url: "https://platform.example/onboarding-failed",
   * });
   * const { url } = await client.hostedFlows.authorize(flow.id);
   * console.log(url); // redirect the owner of the account there, at once
   */
  create(params: HostedFlowCreateParams, options?: CallOptions): ApiPromise<HostedFlow>;

  /**
   * Reads how far the owner has got: `INIT`, `PROCESSING` or `FINISHED`. Read the account for the
   * outcome.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/retrieve
   *
   * @throws ApiError `not_found` when there is no such flow
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<HostedFlow>;

  /**
   * Obtains the link to the pages, in `url`. It is valid for 15 seconds, so request it when the owner is
   * about to follow it, and again when they come back. The `url` of `create` and `retrieve` is for people
   * with an Airwallex login.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/authorize
   *
   * @param params `identity`: your own identifier for the person
   */
  authorize(
    id: string,
    params?: HostedFlowAuthorizeParams,
    options?: CallOptions,
  ): ApiPromise<HostedFlow>;
}

export function hostedFlowsResource(call: Call): HostedFlowsResource {
  return {
    create: (params, options) => call(hostedFlowsCreate, { body: params }, options),
    retrieve: (id, options) => call(hostedFlowsRetrieve, { path: { id } }, options),
    authorize: (id, params = {}, options) =>
      call(hostedFlowsAuthorize, { path: { id }, body: params }, options),
  };
}
