/** Webhooks of an OAuth app: events of the customers who connected their accounts to it. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import {
  oauthWebhooksConnect,
  oauthWebhooksCreate,
  oauthWebhooksDelete,
  oauthWebhooksDisconnect,
  oauthWebhooksList,
  oauthWebhooksRetrieve,
  oauthWebhooksUpdate,
} from "../generated/endpoints.js";
import type {
  OAuthWebhookCreateParams,
  OAuthWebhookList,
  OAuthWebhookListParams,
  OAuthWebhookUpdateParams,
} from "../generated/partner-webhooks.js";
import type { WebhookSubscription, WebhookSubscriptionDeletion } from "../generated/webhooks.js";
import { withinCall } from "../idempotency/lookup.js";
import { sentBody, withRequestId } from "../idempotency/request-id.js";
import { findByRequestId, findGone, goneCodes, readDeletion } from "./webhooks.js";

/**
 * Webhooks of the OAuth app. Calls carry the app's client id and secret, and need neither an API key nor a
 * customer's token. To read what arrives at their URLs, use `airwallex-connect/webhooks`.
 *
 * All methods reject with `AuthenticationError` when the app's id or secret is wrong, and otherwise with the
 * errors of `client.accounts`.
 */
export interface PartnerWebhooksResource {
  /**
   * Creates a webhook. It receives the events of an account once it is connected to it, and
   * `partner_connection.disconnected` at once. Deliveries are signed with the `secret` in the response.
   *
   * A create whose response was lost is sent again with the same `request_id`. If the first attempt turns
   * out to have worked, its webhook is the result.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   *
   * @param params `events` can be those that the app's scopes cover; docs/oauth.md lists them
   * @throws ApiError `invalid_request` for an event that no scope of the app covers
   *
   * @example
   * const { id, secret } = await client.oauth.webhooks.create({
   *   url: "https://example.com/partner-webhooks",
   *   events: ["account.active", "connection.disconnected", "partner_connection.disconnected"],
   *   version: "2026-08-21",
   * });
   */
  create(params: OAuthWebhookCreateParams, options?: CallOptions): ApiPromise<WebhookSubscription>;

  /**
   * Reads a webhook.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   *
   * @throws ApiError `not_found` when the app has no such webhook
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<WebhookSubscription>;

  /**
   * Changes the URL. Events and version are fixed: to change them, create another webhook.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   */
  update(
    id: string,
    params: OAuthWebhookUpdateParams,
    options?: CallOptions,
  ): ApiPromise<WebhookSubscription>;

  /**
   * Deletes a webhook, and so ends the events of every account that is connected to it. One that is already
   * gone is refused with `not_found`, unless this very call deleted it in an attempt whose response was lost.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   */
  delete(id: string, options?: CallOptions): ApiPromise<WebhookSubscriptionDeletion>;

  /**
   * Lists the webhooks. Await it for the first page, or iterate it for every webhook.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   *
   * @param params `page_num` counts from 0; `page_size` is in webhooks, default 20
   */
  list(
    params?: OAuthWebhookListParams,
    options?: CallOptions,
  ): ListPromise<WebhookSubscription, OAuthWebhookList>;

  /**
   * Sends the events of an account to a webhook from now on. Doing so twice is harmless. With the option
   * `oauth.webhooks`, `handleCallback` does it for every new connection.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   *
   * @returns what the API says, in words
   * @throws ApiError `not_found` when there is no such webhook, or the account is not connected to the app;
   *   `invalid_request` when its owner has not granted the scope of an event
   *
   * @example
   * for await (const { accountId, status } of client.oauth.list()) {
   *   if (status === "connected") await client.oauth.webhooks.connect("wh_1", accountId);
   * }
   */
  connect(webhookId: string, accountId: string, options?: CallOptions): ApiPromise<string>;

  /**
   * Sends the events of an account to a webhook no longer. The customer's consent remains.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
   *
   * @returns what the API says, in words
   * @throws ApiError `not_found` when there is no such webhook
   */
  disconnect(webhookId: string, accountId: string, options?: CallOptions): ApiPromise<string>;
}

export function partnerWebhooksResource(call: Call): PartnerWebhooksResource {
  const resource: PartnerWebhooksResource = {
    create(params, options) {
      const body = withRequestId(params);
      const find = (remainingMs: number) =>
        findByRequestId(
          resource.list({}, withinCall(options, remainingMs)),
          sentBody(body, options).request_id,
        );
      return call(oauthWebhooksCreate, { body }, options, { settlement: { find } });
    },
    retrieve: (id, options) => call(oauthWebhooksRetrieve, { path: { id } }, options),
    update: (id, params, options) =>
      call(oauthWebhooksUpdate, { path: { id }, body: params }, options),
    delete: (id, options) =>
      call(oauthWebhooksDelete, { path: { id } }, options, {
        interpret: readDeletion(id),
        settlement: { find: findGone(resource.retrieve, id, options), doneCodes: goneCodes },
      }),
    list: (params = {}, options) =>
      listPages(oauthWebhooksList, params, (query) => call(oauthWebhooksList, { query }, options)),
    connect: (id, account_id, options) =>
      call(oauthWebhooksConnect, { path: { id }, body: { account_id } }, options, inWords),
    disconnect: (id, account_id, options) =>
      call(oauthWebhooksDisconnect, { path: { id }, body: { account_id } }, options, inWords),
  };
  return resource;
}

/** The words may come as JSON, as plain text, or not at all. */
const inWords = {
  anyBody: true,
  interpret: (data: unknown) => (data === undefined ? "" : data),
};
