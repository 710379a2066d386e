/**
 * The inspector: a page at `/` that shows what is in the emulator and what happens, and does by hand what
 * tests do. It polls the state once a second, and fetches one row in full when a reader opens it.
 */

import { isError } from "../../checks/errors.js";
import { entryOf } from "../../checks/values.js";
import { readJson } from "../engine/accept.js";
import { type EmulatedRequest, type EmulatedResponse, jsonResponse } from "../engine/exchange.js";
import type { FaultInjector } from "../engine/faults.js";
import type { Handle } from "../engine/handle.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { accountTable } from "./account-table.js";
import { connectionTable } from "./connection-table.js";
import { faultTable, setFault } from "./fault-table.js";
import { inspectorPage } from "./inspector-page.js";
import {
  type Inspected,
  type InspectorTable,
  refuseAction,
  type Values,
} from "./inspector-table.js";
import { ledgerTable } from "./ledger-table.js";
import { payoutTable } from "./payout-table.js";
import { requestTable } from "./request-table.js";
import { rfiTable } from "./rfi-table.js";
import { transferTable } from "./transfer-table.js";
import { eventTable, subscriptionTable } from "./webhook-tables.js";

/** In the order of the page. */
const tables: readonly InspectorTable[] = [
  accountTable,
  transferTable,
  payoutTable,
  ledgerTable,
  rfiTable,
  connectionTable,
  eventTable,
  subscriptionTable,
  faultTable,
  requestTable,
];

/** As many as a reader would look through. */
const shown = 200;

export interface InspectorParts {
  readonly present: () => World;
  readonly faults: FaultInjector;
}

/** Answers the requests of the inspector. Looking changes nothing, takes no fault and uses up no id. */
export function withInspector(handle: Handle, { present, faults }: InspectorParts): Handle {
  return async (request) =>
    inspect({ world: present(), faults }, request) ?? (await handle(request));
}

/** Undefined for requests that are not the inspector's. */
function inspect(inspected: Inspected, request: EmulatedRequest): EmulatedResponse | undefined {
  const { method, path, origin, headers } = request;
  // For clients other than browsers, there is nothing at `/`.
  if (path === "/" && method === "GET" && headers["accept"]?.includes("text/html")) {
    return inspectorPage(origin, tables);
  }
  const [, room, name = "", key, action = ""] = path.split("/").map(decode);
  if (room !== "inspector") return undefined;
  if (method === "POST") return act(inspected, request, { name, key, action });
  if (method !== "GET") return undefined;
  const found = key === undefined ? stateOf(inspected, name) : find(name)?.detail(inspected, key);
  return found && jsonResponse(200, found, noStore);
}

const noStore = { "cache-control": "no-store" };

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function find(name: string): InspectorTable | undefined {
  return tables.find((table) => table.name === name);
}

function stateOf(inspected: Inspected, name: string): object | undefined {
  if (name !== "state") return undefined;
  const { clock } = inspected.world;
  const entries = tables.map((table) => [table.name, table.rows(inspected, shown)]);
  return { now: clock.now(), isFrozen: clock.isFrozen, tables: Object.fromEntries(entries) };
}

interface Target {
  readonly name: string;
  readonly key: string | undefined;
  readonly action: string;
}

function act(
  inspected: Inspected,
  request: EmulatedRequest,
  { name, key, action }: Target,
): EmulatedResponse {
  if (!isFromOwnPage(request)) return refuse(403, "Only the inspector's own page may do this.");
  try {
    const values = readValues(request);
    const command = key === undefined ? entryOf(commands, name) : undefined;
    const table = key === undefined ? undefined : find(name);
    if (command) command(inspected, values);
    else if (table && key) table.act(inspected, key, action, values);
    else refuseAction(name);
    return jsonResponse(200, {}, noStore);
  } catch (error) {
    const isExpected =
      error instanceof Refusal || error instanceof RangeError || error instanceof TypeError;
    return refuse(isExpected ? 400 : 500, isError(error) ? error.message : String(error));
  }
}

/** Pages of other sites cannot send this type without asking first, and have another origin. */
function isFromOwnPage({ headers, origin }: EmulatedRequest): boolean {
  const isJson = headers["content-type"]?.startsWith("application/json") ?? false;
  return isJson && (headers["origin"] ?? origin) === origin;
}

function readValues({ body }: EmulatedRequest): Values {
  const entries = Object.entries(readJson(body) ?? {}).map(([name, value]) => [
    name,
    String(value),
  ]);
  return Object.fromEntries(entries);
}

function refuse(status: number, message: string): EmulatedResponse {
  return jsonResponse(status, { message }, noStore);
}

/** What the page does to the emulator as a whole. */
const commands: Readonly<Record<string, (inspected: Inspected, values: Values) => void>> = {
  advance: ({ world: { clock } }, { by = "" }) => clock.advance(by.trim()),
  freeze: ({ world: { clock } }) => clock.freeze(),
  resume: ({ world: { clock } }) => clock.resume(),
  fault: setFault,
};
