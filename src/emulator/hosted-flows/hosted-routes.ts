/**
 * Hosted flows and embedded components, where customers onboard themselves.
 *
 * @see https://www.airwallex.com/docs/api/scale/hosted_flows
 */

import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { authorizeEmbedded } from "./embedded.js";
import { createHostedFlow, findHostedFlow, makeLink, viewHostedFlow } from "./hosted-flows.js";

type Key = Extract<EndpointKey, `hostedFlows${string}` | `embedded${string}`>;

export const hostedFlowsHandlers: HandlersOf<Key> = {
  hostedFlowsCreate: ({ world, body }) => viewHostedFlow(createHostedFlow(world, body)),

  hostedFlowsRetrieve: ({ world, path }) => viewHostedFlow(findHostedFlow(world, path.id)),

  hostedFlowsAuthorize({ world, path, request }) {
    const flow = findHostedFlow(world, path.id);
    return { ...viewHostedFlow(flow), url: request.origin + makeLink(world, flow) };
  },

  embeddedAuthorize: ({ world, actingFor, body }) => ({
    authorization_code: authorizeEmbedded(world, actingFor, body),
  }),
};
