/** Faults that are set, and setting them. */

import { quoted } from "../../checks/printable.js";
import { entryOf } from "../../checks/values.js";
import type { FaultEffect } from "../engine/fault-effects.js";
import type { ListedFault } from "../engine/faults.js";
import { formatCount } from "./format.js";
import {
  button,
  type Inspected,
  type InspectorTable,
  newest,
  refuseAction,
  type Values,
} from "./inspector-table.js";

/** The effects that a reader can choose. */
export const effects: Readonly<Record<string, FaultEffect>> = {
  "status 429": { status: 429 },
  "status 500": { status: 500 },
  "status 503": { status: 503 },
  "status 503 after the work": { status: 503, after: true },
  "cut before the work": { cut: "before" },
  "cut after the work": { cut: "after" },
  "cut in the middle of the answer": { cut: "midBody" },
  "stall before the headers": { stall: "headers" },
  "stall in the middle of the answer": { stall: "body" },
  "wait for 2 s": { delayMs: 2_000 },
};

/** How many requests a fault may hit. */
export const hitCounts = ["1", "2", "3", "10", "every one"] as const;

export const faultTable: InspectorTable = {
  name: "faults",
  title: "Faults",
  columns: ["Requests", "Effect", "Hits so far", "Hits left"],
  isHiddenWhenEmpty: false,

  rows: ({ faults }, limit) =>
    newest(faults.list(), limit, (fault) => ({
      key: String(fault.number),
      copy: fault.match,
      cells: [
        { text: fault.match },
        { text: fault.description },
        { text: formatCount(fault.hits) },
        { text: Number.isFinite(fault.left) ? formatCount(fault.left) : "any number" },
      ],
    })),

  detail(inspected, key) {
    const fault = find(inspected, key);
    if (fault === undefined) return undefined;
    const { match, description, hits, left } = fault;
    return {
      title: `${description} for ${match}`,
      data: { match, effect: description, hits, left: Number.isFinite(left) ? left : "any number" },
      actions: [button("remove", "Remove")],
      comparisons: [],
    };
  },

  act(inspected, key, action) {
    const fault = find(inspected, key);
    if (action !== "remove" || fault === undefined) return refuseAction(action);
    fault.remove();
  },
};

function find({ faults }: Inspected, key: string): ListedFault | undefined {
  return faults.list().find(({ number }) => String(number) === key);
}

/** @throws TypeError for a match that no request can have; RangeError for an unknown choice. */
export function setFault({ faults }: Inspected, { match = "", effect = "", hits = "" }: Values) {
  const chosen = entryOf(effects, effect);
  if (chosen === undefined) {
    throw new RangeError(`Cannot set fault: there is no effect ${quoted(effect)}`);
  }
  if (hits === "every one") faults.always(match.trim(), chosen);
  else faults.next(match.trim(), chosen, { times: Number(hits) });
}
