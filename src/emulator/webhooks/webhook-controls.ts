/** Lets tests see and control webhooks without a call. */

import { types } from "node:util";
import { isJson, refuseOtherLists, requireStrings } from "../../checks/arguments.js";
import { checkOptions } from "../../checks/options.js";
import { quoted } from "../../checks/printable.js";
import { kindOf } from "../../checks/values.js";
import type { WebhookSubscription } from "../../generated/index.js";
import { accountWith } from "../engine/account-record.js";
import { isDate } from "../engine/api-version.js";
import { defaultOAuthClientId } from "../engine/oauth-options.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { orgIdOf } from "../oauth/oauth-tokens.js";
import type { LoggedDelivery } from "./deliveries.js";
import { dispatch } from "./dispatch.js";
import type { Sample } from "./sample.js";
import { sampleAccount, sampleOf } from "./samples.js";
import type { Subscription } from "./subscription-record.js";
import { checkUrl, subscribe, viewSubscription } from "./subscriptions.js";
import { webhooksOf } from "./webhook-store.js";

/** A subscription to make without a call. */
export interface SubscribeOptions {
  /** Where to send events, http or https. */
  readonly url: string;
  /** Names of events, such as `account.active`. */
  readonly events: readonly string[];
  /** Version (YYYY-MM-DD) of the payloads; default that of the emulator. */
  readonly version?: string | undefined;
  /** The secret that signs deliveries; default a generated one. */
  readonly secret?: string | undefined;
}

/** A custom event. */
export interface EventToDeliver {
  /** Any name, such as `account.active`. */
  readonly name: string;
  /** The account that it belongs to; default the platform for its own events, else a made-up account. */
  readonly accountId?: string | undefined;
  /** Sent as it is, whatever the version of a subscription; default sample data for such an event. */
  readonly data?: unknown;
  /** Default a new one. */
  readonly id?: string | undefined;
  /** Default the emulator's present time. */
  readonly createdAt?: Date | undefined;
}

/** The webhooks of an emulator. */
export interface WebhooksControls {
  /** All subscriptions, oldest first, whoever made them. They are copies. */
  readonly subscriptions: readonly WebhookSubscription[];
  /**
   * Creates a subscription for the platform.
   *
   * @throws RangeError for an invalid URL or version, and for a blank secret.
   */
  subscribe(options: SubscribeOptions): WebhookSubscription;
  /** The newest 1,000 attempts to deliver an event, oldest first. */
  deliveries(): readonly LoggedDelivery[];
  /**
   * Sends an event again to every subscription that it was sent to, with the same id and the same bytes.
   * Takes the id that was sent, or the one that `deliver` returned.
   *
   * @throws RangeError if no such event was sent.
   */
  resend(eventId: string): void;
  /**
   * Resolves once every delivery that is due has been answered or has failed. Does not wait for attempts
   * that are due later: move the clock, then call it again.
   */
  settled(): Promise<void>;
}

export function createWebhooksControls(present: () => World): WebhooksControls {
  return {
    get subscriptions() {
      const world = present();
      const view = (one: Subscription) => viewSubscription(one, world.settings.apiVersion);
      return webhooksOf(world).subscriptions.all().map(view);
    },
    subscribe(options) {
      checkSubscription(options);
      const world = present();
      const { version = world.settings.apiVersion, url, events, secret } = options;
      check(url, version);
      if (secret?.trim() === "") {
        throw new RangeError("Cannot subscribe: the secret is blank, expected what to sign with");
      }
      const asked = { ownerId: world.accounts.platform.id, requestId: world.ids.request() };
      const made = subscribe(world, { ...asked, url, events: [...events], version, secret });
      return viewSubscription(made, world.settings.apiVersion);
    },
    deliveries: () => webhooksOf(present()).deliveries.log(),
    resend(eventId) {
      requireStrings("Cannot resend event", { eventId });
      if (webhooksOf(present()).deliveries.resend(eventId) > 0) return;
      throw new RangeError(`Cannot resend event: none with the id ${quoted(eventId)} was sent`);
    },
    settled: () => webhooksOf(present()).deliveries.settled(),
  };
}

/** Sends an event to every subscription to its name. Returns its id. */
export function deliver(world: World, event: EventToDeliver): string {
  checkEvent(event);
  const { name, accountId, data, id = world.ids.event(), createdAt } = event;
  const { platform } = world.accounts;
  const known = accountWith(world.accounts, accountId ?? "");
  const account = known ?? sampleAccount(world, name, accountId);
  const sample: Sample =
    data === undefined ? sampleOf(world, name, account) : { data: { kind: "given", value: data } };
  const ofPlatform = name === "account.connected" || sample.ofPlatform;
  const usual = ofPlatform ? platform.id : account.id;
  dispatch(world, {
    ...{ id, name, accountId: accountId ?? usual, data: sample.data, sourceId: sample.sourceId },
    app: isOfApp(name)
      ? { clientId: defaultOAuthClientId, orgId: orgIdOf(world, account) }
      : undefined,
    ...{ byHand: true, atMs: createdAt?.getTime() ?? world.clock.nowMs() },
  });
  return id;
}

const isOfApp = (name: string): boolean => name.startsWith("partner_connection.");

function checkSubscription(options: SubscribeOptions): void {
  const kinds = { url: "string", events: "any", version: "string", secret: "string" } as const;
  checkOptions("Cannot subscribe", options, kinds);
  requireStrings("Cannot subscribe", { url: options.url });
  refuseOtherLists("Cannot subscribe", { events: options.events });
  if (options.events === undefined) {
    throw new TypeError("Cannot subscribe: events is missing, expected a list of strings");
  }
}

function checkEvent(event: EventToDeliver): void {
  checkOptions("Cannot deliver event", event, {
    ...{ name: "string", accountId: "string", data: "any", id: "string", createdAt: "any" },
  });
  const { name, createdAt, data } = event;
  requireStrings("Cannot deliver event", { name });
  const isMoment = types.isDate(createdAt) && !Number.isNaN(createdAt.getTime());
  if (createdAt !== undefined && !isMoment) {
    const what = types.isDate(createdAt) ? "an invalid date" : kindOf(createdAt);
    throw new TypeError(`Cannot deliver event: createdAt is ${what}, expected a Date`);
  }
  if (data === undefined || isJson(data)) return;
  throw new TypeError("Cannot deliver event: data cannot be written as JSON, expected plain data");
}

function check(url: string, version: string): void {
  if (!isDate(version)) {
    throw new RangeError(`Cannot subscribe: version is ${quoted(version)}, expected YYYY-MM-DD`);
  }
  try {
    checkUrl(url);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new RangeError(`Cannot subscribe: url is ${quoted(url)}, expected an http or https URL`);
  }
}
