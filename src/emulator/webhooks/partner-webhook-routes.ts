/**
 * Webhooks of OAuth apps.
 *
 * @see https://www.airwallex.com/docs/developer-tools/partner-connections/webhooks
 */

import { oauthWebhooksCreate, oauthWebhooksList } from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import type { OAuthApp } from "../engine/oauth-options.js";
import { numberedPage } from "../engine/paging.js";
import { invalidArgument, notFound } from "../engine/refusal.js";
import { requireApp } from "../oauth/client-credentials.js";
import { connectionId } from "../oauth/connections.js";
import { oauthOf } from "../oauth/oauth-store.js";
import { covers, scopeWords } from "../oauth/scopes.js";
import { appEvents } from "./audience.js";
import type { Subscription } from "./subscription-record.js";
import {
  changeUrl,
  checkUrl,
  findSubscription,
  subscribe,
  viewSubscription,
} from "./subscriptions.js";
import { webhooksOf } from "./webhook-store.js";

type Key = Extract<EndpointKey, `oauthWebhooks${string}`>;
type IdCall = Call<{ readonly id: string }, unknown>;

const usualPageSize = 20;

export const partnerWebhooksHandlers: HandlersOf<Key> = {
  oauthWebhooksCreate({ world, request, body, apiVersion }) {
    const app = requireApp(world, request);
    const { request_id: requestId, url, version, events } = body;
    checkUrl(url);
    checkEvents(app, events);
    world.requestIds.take({
      accountId: app.clientId,
      endpoint: oauthWebhooksCreate.name,
      requestId,
    });
    const made = { ownerId: app.clientId, requestId, url, version, events };
    return viewSubscription(subscribe(world, { ...made, connectedIds: new Set() }), apiVersion);
  },

  async oauthWebhooksList({ world, request, apiVersion }) {
    const { clientId } = requireApp(world, request);
    const { page_num, page_size = usualPageSize } = await readQuery(
      oauthWebhooksList.query,
      request.query,
    );
    const own = webhooksOf(world)
      .subscriptions.all()
      .filter(({ ownerId }) => ownerId === clientId);
    const { items, has_more } = numberedPage(own.toReversed(), { page_num, page_size });
    return { has_more, items: items.map((one) => viewSubscription(one, apiVersion)) };
  },

  oauthWebhooksRetrieve: (call) => viewSubscription(find(call), call.apiVersion),

  oauthWebhooksUpdate(call) {
    const { world, body, apiVersion } = call;
    const webhook = find(call);
    checkUrl(body.url);
    changeUrl(world, webhook, body.url);
    return viewSubscription(webhook, apiVersion);
  },

  oauthWebhooksDelete(call) {
    const { id } = find(call);
    webhooksOf(call.world).subscriptions.delete(id);
    return { id, deleted: true };
  },

  oauthWebhooksConnect(call) {
    const { world, body } = call;
    const webhook = find(call);
    const { connections } = oauthOf(world);
    const connection = connections.get(connectionId(webhook.ownerId, body.account_id));
    if (connection?.status !== "CONNECTED") {
      throw notFound(`Connection of the app to account [${body.account_id}]`);
    }
    const hidden = webhook.events.find((event) => !isCovered(connection.grant.scopes, event));
    if (hidden !== undefined) {
      throw invalidArgument("account_id", `its owner has granted no scope for [${hidden}]`);
    }
    webhook.connectedIds?.add(body.account_id);
    return "Success";
  },

  oauthWebhooksDisconnect(call) {
    find(call).connectedIds?.delete(call.body.account_id);
    return "Success";
  },
};

/** @throws Refusal if the app has no such webhook. */
function find({ world, request, path }: IdCall): Subscription {
  return findSubscription(world, path.id, requireApp(world, request).clientId);
}

/** @throws Refusal for an event that no scope of the app covers. */
function checkEvents({ scopes = scopeWords }: OAuthApp, events: readonly string[]): void {
  const at = events.findIndex((event) => !isCovered(scopes, event));
  if (at < 0) return;
  throw invalidArgument(`events[${at}]`, `no scope of the app covers [${events[at]}]`);
}

const isCovered = (scopes: readonly string[], event: string): boolean =>
  appEvents.includes(event) || covers(scopes, event);
