/** What becomes of connections whose customers have disconnected, as the events about it say. */

import { quoted } from "../checks/printable.js";
import { isObject, kindOf, textOf } from "../checks/values.js";
import { type Issue, ValidationError } from "../errors/index.js";
import type { EventNamed } from "../webhooks/events.js";
import type { ConnectionManager } from "./connection-manager.js";
import { connectionId } from "./connection-record.js";

/** An event about customers who have disconnected, as handlers receive it. */
export type DisconnectedEvent = EventNamed<
  "connection.disconnected" | "partner_connection.disconnected"
>;

/** What `oauth.handleDisconnected` did. */
export interface DisconnectedResult {
  /** Ids of the connections that are revoked now, by this event or before. */
  readonly revoked: readonly string[];
  /** Ids of the connections to which the customer has consented again since. They stay as they are. */
  readonly reconnected: readonly string[];
  /** Ids of the accounts to which this app has no connection in its store. */
  readonly unknown: readonly string[];
}

/** Times in events are in whole seconds, cut off. */
const eventPrecisionMs = 1000;

export async function handleDisconnected(
  {
    app,
    manager,
  }: { readonly app: { readonly clientId: string }; readonly manager: ConnectionManager },
  event: DisconnectedEvent,
): Promise<DisconnectedResult> {
  if (!isObject(event)) {
    throw refusal({ path: ["event"], message: `is ${kindOf(event)}, expected an object` });
  }
  const accountIds = readAccountIds(event);
  const atMs = momentOf(event);
  const isOurs = (event.appId ?? app.clientId) === app.clientId;
  const result = { revoked: [] as string[], reconnected: [] as string[], unknown: [] as string[] };
  for (const accountId of new Set(accountIds)) {
    const id = connectionId(app.clientId, accountId);
    const outcome = isOurs && !isOfOtherApp(event, id) ? await manager.revoke(id, atMs) : "missing";
    if (outcome === "missing") result.unknown.push(accountId);
    else result[outcome].push(id);
  }
  return result;
}

/** Older envelopes have no time: then the event is taken for the latest news. */
function momentOf({ createdAt }: DisconnectedEvent): number {
  const ms = Date.parse(createdAt ?? "");
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms + eventPrecisionMs - 1;
}

/** An account may be connected to two apps. Where the id is not of the documented form, it does not tell. */
function isOfOtherApp({ data }: DisconnectedEvent, ours: string): boolean {
  const id = "id" in data ? textOf(data.id) : undefined;
  const [theirApp, theirs] = partsOf(id ?? ours);
  const [ourApp, account] = partsOf(ours);
  return theirs === account && theirApp !== ourApp;
}

const partsOf = (id: string): readonly string[] => Buffer.from(id, "base64").toString().split(":");

/** @throws ValidationError for another event, and for data without the accounts */
function readAccountIds({ name, data }: DisconnectedEvent): readonly string[] {
  const members: Readonly<Record<string, unknown>> = isObject(data) ? data : {};
  switch (name) {
    case "connection.disconnected": {
      const id = textOf(members["account_id"]) ?? textOf(members["accountId"]);
      if (id !== undefined) return [id];
      throw invalid("account_id", members["account_id"], "the id of an account");
    }
    case "partner_connection.disconnected": {
      const ids = members["account_ids"] ?? members["accountIds"];
      if (Array.isArray(ids) && ids.every((id) => textOf(id) !== undefined)) return ids;
      throw invalid("account_ids", ids, "a list of ids of accounts");
    }
    default:
      throw refusal({
        path: ["name"],
        message: `is ${shown(name)}, expected "connection.disconnected" or "partner_connection.disconnected"`,
      });
  }
}

const shown = (name: unknown): string => (typeof name === "string" ? quoted(name) : kindOf(name));

function invalid(member: string, value: unknown, expected: string): ValidationError {
  return refusal({ path: ["data", member], message: `is ${kindOf(value)}, expected ${expected}` });
}

const refusal = (issue: Issue): ValidationError =>
  new ValidationError("oauth.handleDisconnected", [issue]);
