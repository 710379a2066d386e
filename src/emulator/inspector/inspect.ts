/**
 * The inspector: a page at `/` that shows accounts, requests, events and deliveries as they happen. It
 * polls the state once a second, and fetches one item in full when a reader opens it.
 */

import { entryOf } from "../../checks/values.js";
import { viewAccount, viewWallet } from "../accounts/view-account.js";
import { type EmulatedRequest, type EmulatedResponse, jsonResponse } from "../engine/exchange.js";
import type { Handle } from "../engine/handle.js";
import { uuidOf } from "../engine/ids.js";
import type { World } from "../engine/world.js";
import { viewBalances } from "../money/statement.js";
import type { LoggedDelivery } from "../webhooks/deliveries.js";
import { type LoggedEvent, webhooksOf } from "../webhooks/webhook-store.js";
import { inspectorPage } from "./inspector-page.js";

/** As many as a reader would look through. */
const shown = 200;

/** Answers the requests of the inspector. It changes nothing, takes no fault and uses up no id. */
export function withInspector(handle: Handle, present: () => World): Handle {
  return async (request) => inspect(present(), request) ?? (await handle(request));
}

/** Undefined for requests that are not the inspector's. */
function inspect(
  world: World,
  { method, path, origin, headers }: EmulatedRequest,
): EmulatedResponse | undefined {
  if (method !== "GET") return undefined;
  // For clients other than browsers, there is nothing at `/`.
  if (path === "/" && headers["accept"]?.includes("text/html")) return inspectorPage(origin);
  const [, what = "", id = ""] = /^\/inspector\/(\w+)(?:\/([\w-]+))?$/.exec(path) ?? [];
  const found = what === "state" ? stateOf(world) : entryOf(details, what)?.(world, id);
  return found && jsonResponse(200, found, { "cache-control": "no-store" });
}

function stateOf(world: World): object {
  const { clock, accounts, requests } = world;
  const webhooks = webhooksOf(world);
  const deliveries = webhooks.deliveries.log();
  return {
    now: clock.now(),
    accounts: newest([...accounts.connected.values()]).map((account) => ({
      key: account.id,
      status: account.status,
      name: viewWallet(account).account_name,
      entity: account.details.legal_entity_type,
      at: new Date(account.createdAtMs),
    })),
    requests: newest(
      requests.entries().map(({ requestBody: _, responseBody: __, ...request }, index) => ({
        key: String(requests.dropped + index),
        ...request,
      })),
    ),
    events: newest(webhooks.events.entries()).map((event) => ({
      key: event.id,
      ...event,
      deliveries: deliveriesOf(event, deliveries).map(({ body: _, ...delivery }) => delivery),
    })),
  };
}

const details: Readonly<Record<string, (world: World, id: string) => object | undefined>> = {
  accounts(world, id) {
    const account = world.accounts.connected.get(id);
    return (
      account && {
        account: viewAccount(account, world.settings.apiVersion, "COMPLETE"),
        balances: viewBalances(world, id),
      }
    );
  },
  requests: ({ requests }, key) => requests.entries()[Number(key) - requests.dropped],
  events(world, id) {
    const webhooks = webhooksOf(world);
    const event = webhooks.events.entries().find((one) => one.id === id);
    const deliveries = event && deliveriesOf(event, webhooks.deliveries.log());
    return event && { ...event, deliveries };
  },
};

/** Legacy versions send an event under another id. */
function deliveriesOf(
  { id }: LoggedEvent,
  deliveries: readonly LoggedDelivery[],
): readonly LoggedDelivery[] {
  const ids: readonly string[] = id.startsWith("evt_") ? [id, uuidOf(id)] : [id];
  return deliveries.filter(({ eventId }) => ids.includes(eventId));
}

function newest<Item>(oldestFirst: readonly Item[]): readonly Item[] {
  return oldestFirst.slice(-shown).reverse();
}
