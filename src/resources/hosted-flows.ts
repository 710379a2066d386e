/** Pages of Airwallex on which the owners of accounts do what you do not want to build. */

import type { ApiPromise, Call } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import {
  hostedFlowsAuthorize,
  hostedFlowsCreate,
  hostedFlowsRetrieve,
} from "../schemas/endpoints.generated.js";
import type {
  HostedFlow,
  HostedFlowAuthorizeRequest,
  HostedFlowCreateRequest,
} from "../schemas/hosted-flows.generated.js";

/** Ways through pages of Airwallex. Errors are those of `client.accounts`. */
export interface HostedFlowsResource {
  /**
   * Prepares a flow for the owner of a connected account. The template, which Airwallex hands out,
   * says what the owner is asked for; the one for onboarding is for business accounts.
   *
   * The API has no idempotency key here and no list, so a create whose answer was lost fails with
   * outcome `unknown`. A second flow does no harm.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/create
   *
   * @param input `return_url` may not be on `localhost`; 127.0.0.1 will do
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
  create(input: HostedFlowCreateRequest, options?: CallOptions): ApiPromise<HostedFlow>;

  /**
   * Reads how far the owner has come: `INIT`, `PROCESSING` or `FINISHED`. What became of the account,
   * the account tells.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/retrieve
   *
   * @throws ApiError `not_found` when there is no such flow
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<HostedFlow>;

  /**
   * Obtains the link to the pages, in `url`. It works for a short time, so ask for it when the owner is
   * about to follow it, and ask again when they come back.
   *
   * See https://www.airwallex.com/docs/api/scale/hosted_flows/authorize
   *
   * @param input `identity`: your own name for the person
   */
  authorize(
    id: string,
    input?: HostedFlowAuthorizeRequest,
    options?: CallOptions,
  ): ApiPromise<HostedFlow>;
}

export function hostedFlowsResource(call: Call): HostedFlowsResource {
  return {
    create: (input, options) => call(hostedFlowsCreate, { body: input }, options),
    retrieve: (id, options) => call(hostedFlowsRetrieve, { path: { id } }, options),
    authorize: (id, input = {}, options) =>
      call(hostedFlowsAuthorize, { path: { id }, body: input }, options),
  };
}
