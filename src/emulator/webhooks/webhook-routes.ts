/**
 * Webhook subscriptions.
 *
 * @see https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
 */

import { webhooksCreate, webhooksList } from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { cursorPage, numberedPage } from "../engine/paging.js";
import {
  changeUrl,
  checkUrl,
  findSubscription,
  subscribe,
  viewSubscription,
} from "./subscriptions.js";
import { webhooksOf } from "./webhook-store.js";

type Key = Extract<EndpointKey, `webhooks${string}`>;

const usualPageSize = 20;

export const webhooksHandlers: HandlersOf<Key> = {
  webhooksCreate({ world, body, actingFor, apiVersion }) {
    const { request_id: requestId, url, version, events } = body;
    checkUrl(url);
    const use = { accountId: actingFor.id, endpoint: webhooksCreate.name, requestId };
    world.requestIds.take(use);
    const subscription = subscribe(world, {
      ownerId: actingFor.id,
      requestId,
      url,
      version,
      events,
    });
    return viewSubscription(subscription, apiVersion);
  },

  async webhooksList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(webhooksList.query, request.query);
    const all = webhooksOf(world).subscriptions.all();
    const own = all.filter(({ ownerId }) => ownerId === actingFor.id);
    const { page_num, page_size = usualPageSize } = query;
    // Counted where the caller counts, as older versions of the API do.
    const page =
      page_num === undefined
        ? cursorPage(own, query, usualPageSize)
        : numberedPage(own.toReversed(), { page_num, page_size });
    return { ...page, items: page.items.map((one) => viewSubscription(one, apiVersion)) };
  },

  webhooksRetrieve({ world, path, actingFor, apiVersion }) {
    return viewSubscription(findSubscription(world, path.id, actingFor.id), apiVersion);
  },

  webhooksUpdate({ world, path, body, actingFor, apiVersion }) {
    const subscription = findSubscription(world, path.id, actingFor.id);
    checkUrl(body.url);
    changeUrl(world, subscription, body.url);
    return viewSubscription(subscription, apiVersion);
  },

  webhooksDelete({ world, path, actingFor }) {
    const { id } = findSubscription(world, path.id, actingFor.id);
    webhooksOf(world).subscriptions.delete(id);
    return { id, deleted: true };
  },
};
