/** Links that invite customers to connect their accounts. */

import type { ApiPromise, Call } from "../call/call.js";
import type { CallOptions } from "../call/settings.js";
import { invitationLinksCreate, invitationLinksRetrieve } from "../generated/endpoints.js";
import type {
  InvitationConnectInput,
  InvitationLink,
  InvitationLinkCreateRequest,
  InvitationOAuthInput,
} from "../generated/invitation-links.js";

/** What a customer is invited to; each mode has its own members. */
export type InvitationLinkCreateParams = Omit<
  InvitationLinkCreateRequest,
  "mode" | "oauth2" | "scale_connect" | "account_id"
> &
  (
    | {
        /** To sign up, and to consent to your app. */
        readonly mode: "oauth2";
        readonly oauth2: InvitationOAuthInput;
        readonly account_id?: string | undefined;
      }
    | {
        /** To approve the connection of an existing account. */
        readonly mode: "scale_connect";
        readonly scale_connect: InvitationConnectInput;
        readonly account_id: string;
      }
  );

/** Invitations of customers. Errors are the same as for `client.accounts`. */
export interface InvitationLinksResource {
  /**
   * Creates a link to send to a customer. It works until `expire_at`, for 30 days.
   *
   * In mode `oauth2` the customer signs up and consents to your app, then returns to `redirect_uri`
   * with a code. In mode `scale_connect` the owner of an account approves its connection to the
   * platform. The `identifier` is added to the redirect as a query parameter.
   *
   * The API has no idempotency key and no list here, so a create whose response was lost fails with
   * outcome `unknown`. A second link does no harm.
   *
   * See https://www.airwallex.com/docs/api/scale/invitation_links/create
   *
   * @example
   * const invitation = await client.invitationLinks.create({
   *   mode: "scale_connect",
   *   account_id: account.id,
   *   identifier: "seller-42",
   *   scale_connect: { redirect_uri: "https://platform.example/connected" },
   * });
   * console.log(invitation.url);
   */
  create(params: InvitationLinkCreateParams, options?: CallOptions): ApiPromise<InvitationLink>;

  /**
   * Reads a link as it was created.
   *
   * See https://www.airwallex.com/docs/api/scale/invitation_links/retrieve
   *
   * @throws ApiError `not_found` when there is no such link
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<InvitationLink>;
}

export function invitationLinksResource(call: Call): InvitationLinksResource {
  return {
    create: (params, options) => call(invitationLinksCreate, { body: params }, options),
    retrieve: (id, options) => call(invitationLinksRetrieve, { path: { id } }, options),
  };
}
