/**
 * Ways for customers to onboard themselves: hosted flows, embedded components, invitation links.
 *
 * @see https://www.airwallex.com/docs/api/scale/hosted_flows
 */

import type { EndpointKey, HandlersOf, Page } from "../handlers.js";
import { authorizeEmbedded, embeddedPages } from "../hosted/embedded.js";
import {
  createHostedFlow,
  findHostedFlow,
  hostedFlowPages,
  makeLink,
  viewHostedFlow,
} from "../hosted/flows.js";
import { createInvitation, findInvitation, viewInvitation } from "../invitations/links.js";
import { invitationPages } from "../invitations/pages.js";
import { formPages } from "../onboarding-form/pages.js";

type Key = Extract<
  EndpointKey,
  `hostedFlows${string}` | `embedded${string}` | `invitationLinks${string}`
>;

export const onboardingHandlers: HandlersOf<Key> = {
  hostedFlowsCreate: ({ world, body }) => viewHostedFlow(createHostedFlow(world, body)),

  hostedFlowsRetrieve: ({ world, path }) => viewHostedFlow(findHostedFlow(world, path.id)),

  hostedFlowsAuthorize({ world, path, request }) {
    const flow = findHostedFlow(world, path.id);
    return { ...viewHostedFlow(flow), url: request.origin + makeLink(world, flow) };
  },

  embeddedAuthorize: ({ world, actingFor, body }) => ({
    authorization_code: authorizeEmbedded(world, actingFor, body),
  }),

  invitationLinksCreate: ({ world, request, body, apiVersion }) =>
    viewInvitation(createInvitation(world, body), apiVersion, request.origin),

  invitationLinksRetrieve: ({ world, request, path, apiVersion }) =>
    viewInvitation(findInvitation(world, path.id), apiVersion, request.origin),
};

export const onboardingPages: readonly Page[] = [
  ...hostedFlowPages,
  ...embeddedPages,
  ...invitationPages,
  ...formPages,
];
