/**
 * Hosted flows and embedded components, where customers onboard themselves.
 *
 * @see https://www.airwallex.com/docs/api/scale/hosted_flows
 */

import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { authorizeEmbedded } from "./embedded.js";
import {
  authorizeHostedFlow,
  createHostedFlow,
  findHostedFlow,
  viewHostedFlow,
} from "./hosted-flows.js";

type Key = Extract<EndpointKey, `hostedFlows${string}` | `embedded${string}`>;

export const hostedFlowsHandlers: HandlersOf<Key> = {
  hostedFlowsCreate: ({ world, body, request }) =>
    viewHostedFlow(createHostedFlow(world, body), request.origin),

  hostedFlowsRetrieve: ({ world, path, request }) =>
    viewHostedFlow(findHostedFlow(world, path.id), request.origin),

  hostedFlowsAuthorize: ({ world, path, request }) =>
    authorizeHostedFlow(world, findHostedFlow(world, path.id), request.origin),

  embeddedAuthorize: ({ world, actingFor, body }) => ({
    authorization_code: authorizeEmbedded(world, actingFor, body),
  }),
};
