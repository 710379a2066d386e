/** Subscriptions to events: what is sent, in which version, and where to. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listEitherPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import type { Finding, Settlement } from "../call/settle.js";
import { ApiError } from "../errors/index.js";
import {
  webhooksCreate,
  webhooksDelete,
  webhooksList,
  webhooksRetrieve,
  webhooksUpdate,
} from "../generated/endpoints.js";
import type {
  WebhookCreateParams,
  WebhookListParams,
  WebhookSubscription,
  WebhookSubscriptionDeletion,
  WebhookSubscriptionList,
  WebhookUpdateParams,
} from "../generated/webhooks.js";
import { withinCall } from "../idempotency/lookup.js";
import { sentBody, withRequestId } from "../idempotency/request-id.js";

/**
 * Webhook subscriptions of the account that the client acts for. To read what arrives at their URLs,
 * use `airwallex-connect/webhooks`. Errors are the same as for `client.accounts`.
 */
export interface WebhooksResource {
  /**
   * Subscribes a URL to events. Deliveries are signed with the `secret` in the response.
   *
   * A create whose response was lost is sent again with the same `request_id`. If the first attempt
   * turns out to have worked, its subscription is the result.
   *
   * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
   *
   * @param params `version` (YYYY-MM-DD) decides the payloads: before `2024-02-22` they are in camelCase
   * @throws ApiError `conflict` with `apiCode` `already_exists` when an earlier call used the `request_id`
   *
   * @example
   * const { id, secret } = await client.webhooks.create({
   *   url: "https://example.com/webhooks",
   *   events: ["account.submitted", "account.action_required", "account.active"],
   *   version: "2026-08-21",
   * });
   */
  create(params: WebhookCreateParams, options?: CallOptions): ApiPromise<WebhookSubscription>;

  /**
   * Reads a subscription.
   *
   * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
   *
   * @throws ApiError `not_found` when the account has no such subscription
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<WebhookSubscription>;

  /**
   * Changes the URL. Events and version are fixed: to change them, create another subscription.
   *
   * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
   */
  update(
    id: string,
    params: WebhookUpdateParams,
    options?: CallOptions,
  ): ApiPromise<WebhookSubscription>;

  /**
   * Ends a subscription. One that is already gone is refused with `not_found`, unless this very call
   * deleted it in an attempt whose response was lost.
   *
   * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
   */
  delete(id: string, options?: CallOptions): ApiPromise<WebhookSubscriptionDeletion>;

  /**
   * Lists the subscriptions. Await it for the first page, or iterate it for every subscription.
   *
   * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
   *
   * @param params `page` is the `page_after` or `page_before` of another page; `page_num` counts pages from
   * 0 where an older version of the API does; `page_size` is in subscriptions, default 20
   *
   * @example
   * for await (const { id, url, events } of client.webhooks.list()) {
   *   console.log(id, url, events.join(", "));
   * }
   */
  list(
    params?: WebhookListParams,
    options?: CallOptions,
  ): ListPromise<WebhookSubscription, WebhookSubscriptionList>;
}

export function webhooksResource(call: Call): WebhooksResource {
  const resource: WebhooksResource = {
    create(params, options) {
      const body = withRequestId(params);
      const find = (remainingMs: number) =>
        findByRequestId(
          resource.list({}, withinCall(options, remainingMs)),
          sentBody(body, options).request_id,
        );
      return call(webhooksCreate, { body }, options, { settlement: { find } });
    },
    retrieve: (id, options) => call(webhooksRetrieve, { path: { id } }, options),
    update: (id, params, options) => call(webhooksUpdate, { path: { id }, body: params }, options),
    delete: (id, options) =>
      call(webhooksDelete, { path: { id } }, options, {
        interpret: readDeletion(id),
        settlement: { find: findGone(resource.retrieve, id, options), doneCodes: goneCodes },
      }),
    list: (params = {}, options) =>
      listEitherPages(webhooksList, params, (query) => call(webhooksList, { query }, options)),
  };
  return resource;
}

/** Some versions of the API answer with a JSON string. */
export const readDeletion =
  (id: string) =>
  (data: unknown): unknown =>
    typeof data === "string" ? { id, deleted: true } : data;

export async function findByRequestId(
  list: AsyncIterable<WebhookSubscription>,
  requestId: string,
): Promise<Finding<WebhookSubscription>> {
  for await (const subscription of list) {
    if (subscription.request_id === requestId) return { found: subscription };
  }
  return undefined;
}

export const goneCodes: readonly string[] = ["not_found", "resource_not_found"];

/** A subscription that is not there any more was deleted, by an attempt whose response was lost. */
export function findGone(
  retrieve: WebhooksResource["retrieve"],
  id: string,
  options: CallOptions | undefined,
): Settlement<WebhookSubscriptionDeletion>["find"] {
  return async (remainingMs) => {
    try {
      await retrieve(id, withinCall(options, remainingMs));
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.code === "not_found") {
        return { found: { id, deleted: true } };
      }
      throw error;
    }
  };
}
