/**
 * Invitation links, for customers that connect or approve a connection.
 *
 * @see https://www.airwallex.com/docs/api/scale/invitation_links/create
 */

import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { createInvitation, findInvitation, viewInvitation } from "./invitation-links.js";

type Key = Extract<EndpointKey, `invitationLinks${string}`>;

export const invitationsHandlers: HandlersOf<Key> = {
  invitationLinksCreate: ({ world, request, body, apiVersion }) =>
    viewInvitation(createInvitation(world, body), apiVersion, request.origin),

  invitationLinksRetrieve: ({ world, request, path, apiVersion }) =>
    viewInvitation(findInvitation(world, path.id), apiVersion, request.origin),
};
