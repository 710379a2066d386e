/** Subscriptions, and events with every attempt to deliver them. */

import { uuidOf } from "../engine/ids.js";
import type { World } from "../engine/world.js";
import type { LoggedDelivery } from "../webhooks/deliveries.js";
import { eventNames } from "../webhooks/samples.js";
import { viewSubscription } from "../webhooks/subscriptions.js";
import { deliver } from "../webhooks/webhook-controls.js";
import { type LoggedEvent, webhooksOf } from "../webhooks/webhook-store.js";
import { compare } from "./compare.js";
import { formatDuration, formatTime, unpack } from "./format.js";
import {
  accountCell,
  button,
  type Cell,
  type Comparison,
  type InspectorTable,
  newest,
  refuseAction,
} from "./inspector-table.js";

export const subscriptionTable: InspectorTable = {
  name: "subscriptions",
  title: "Webhook subscriptions",
  columns: ["Subscription", "URL", "Version", "Events", "Account", "Created"],
  isHiddenWhenEmpty: true,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest(webhooksOf(world).subscriptions.all(), limit, (one) => ({
      key: one.id,
      copy: one.id,
      cells: [
        { text: one.id },
        { text: one.url },
        { text: one.version },
        { text: one.events.join(", "), look: "soft" },
        accountCell(world, one.ownerId),
        { text: formatTime(one.createdAtMs, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const found = webhooksOf(world).subscriptions.get(key);
    const choices = [...new Set([...(found?.events ?? []), ...eventNames])];
    return (
      found && {
        title: found.url,
        data: viewSubscription(found, world.settings.apiVersion),
        actions: [
          button("send", "Send a sample event", { name: "event", label: "Event", choices }),
        ],
        comparisons: [],
      }
    );
  },

  act({ world }, _, action, { event = "" }) {
    if (action !== "send" || event === "") return refuseAction(action);
    deliver(world, { name: event });
  },
};

export const eventTable: InspectorTable = {
  name: "events",
  title: "Events",
  columns: ["Event", "Account", "Deliveries", "Time"],
  isHiddenWhenEmpty: false,

  rows({ world }, limit) {
    const now = world.clock.now();
    const attempts = webhooksOf(world).deliveries.log();
    return newest(webhooksOf(world).events.entries(), limit, (event) => ({
      key: event.id,
      copy: event.id,
      cells: [
        { text: event.name },
        accountCell(world, event.accountId),
        describeAttempts(attemptsOf(event, attempts), now),
        { text: formatTime(event.at, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const event = find(world, key);
    if (event === undefined) return undefined;
    const attempts = attemptsOf(event, webhooksOf(world).deliveries.log());
    return {
      title: event.name,
      data: {
        ...event,
        attempts: attempts.map(({ durationMs, body, ...attempt }) => ({
          ...attempt,
          took: formatDuration(durationMs),
          body: unpack(body),
        })),
      },
      actions: attempts.length > 0 ? [button("resend", "Send again")] : [],
      comparisons: compareAttempts(attempts),
    };
  },

  act({ world }, key, action) {
    if (action !== "resend") return refuseAction(action);
    if (webhooksOf(world).deliveries.resend(key) > 0) return;
    throw new RangeError("Cannot send again: it has not been sent, or too long ago");
  },
};

function find(world: World, id: string): LoggedEvent | undefined {
  return webhooksOf(world)
    .events.entries()
    .find((event) => event.id === id);
}

/** Legacy versions send an event under another id. */
function attemptsOf(
  { id }: LoggedEvent,
  attempts: readonly LoggedDelivery[],
): readonly LoggedDelivery[] {
  const ids: readonly string[] = id.startsWith("evt_") ? [id, uuidOf(id)] : [id];
  return attempts.filter(({ eventId }) => ids.includes(eventId));
}

function describeAttempts(attempts: readonly LoggedDelivery[], now: Date): Cell {
  const last = attempts.at(-1);
  if (last === undefined) return { text: "no subscriber", look: "soft" };
  const { attempt, status, failure, durationMs, nextAttemptAt } = last;
  const words = [
    `${status ?? failure} in ${formatDuration(durationMs)}`,
    attempt > 1 && `attempt ${attempt}`,
    nextAttemptAt && `again at ${formatTime(nextAttemptAt, now)}`,
  ];
  return { text: words.filter(Boolean).join(", "), look: status === 200 ? "good" : "bad" };
}

/** Each attempt with the one before it, to the same subscription. */
function compareAttempts(attempts: readonly LoggedDelivery[]): readonly Comparison[] {
  return attempts.flatMap((attempt, index) => {
    const before = attempts
      .slice(0, index)
      .findLast(({ subscriptionId }) => subscriptionId === attempt.subscriptionId);
    if (before === undefined) return [];
    const label = `Attempt ${attempt.attempt} to ${attempt.url}, compared with the one before`;
    return [{ label, changes: compare(outcomeOf(before), outcomeOf(attempt)) }];
  });
}

/** What may differ besides times. */
function outcomeOf({ url, status, answer, failure, body }: LoggedDelivery): object {
  return { url, status, answer, failure, body: unpack(body) };
}
