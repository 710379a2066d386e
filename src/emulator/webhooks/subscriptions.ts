/** Subscriptions: which events go to which URL. */

import type { WebhookSubscription } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import { isWebUrl } from "../engine/exchange.js";
import { invalidArgument } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import type { Subscription } from "./subscription-record.js";
import { webhooksOf } from "./webhook-store.js";

export interface NewSubscription {
  readonly ownerId: string;
  readonly requestId: string;
  readonly url: string;
  readonly version: string;
  readonly events: readonly string[];
  /** Default a generated one. */
  readonly secret?: string | undefined;
  /** For the webhook of an app. */
  readonly connectedIds?: Set<string> | undefined;
}

/** @param given Its URL must have been checked by {@link checkUrl}. */
export function subscribe(
  world: World,
  { secret = world.ids.secret("whsec"), connectedIds, ...given }: NewSubscription,
): Subscription {
  const { subscriptions } = webhooksOf(world);
  const nowMs = world.clock.nowMs();
  return subscriptions.add({
    ...given,
    id: world.ids.subscription(),
    sequence: subscriptions.added,
    secret,
    connectedIds,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  });
}

/** Sends everything from now on to a new URL, which must have been checked by {@link checkUrl}. */
export function changeUrl({ clock }: World, subscription: Subscription, url: string): void {
  subscription.url = url;
  subscription.updatedAtMs = clock.nowMs();
}

/** @throws Refusal if the account has no such subscription. */
export function findSubscription(world: World, id: string, ownerId: string): Subscription {
  return webhooksOf(world).subscriptions.find(id, (found) => found.ownerId === ownerId);
}

export function viewSubscription(
  subscription: Subscription,
  apiVersion: string,
): WebhookSubscription {
  const { id, url, secret, version, events, requestId, createdAtMs, updatedAtMs } = subscription;
  return {
    ...{ id, url, secret, version },
    events: [...events],
    request_id: requestId,
    created_at: formatTimestamp(createdAtMs, apiVersion),
    updated_at: formatTimestamp(updatedAtMs, apiVersion),
  };
}

/** @throws Refusal unless it is an http or https URL. */
export function checkUrl(url: string): void {
  if (isWebUrl(url)) return;
  throw invalidArgument("url", "expected an https or http URL");
}
