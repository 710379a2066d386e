/** Transfers and charges, and how they end. */

import { entryOf } from "../../checks/values.js";
import { type Movement, moneyOf } from "../money/money-store.js";
import { isOver, moveTo } from "../money/movements.js";
import { viewMovement } from "../money/view-money.js";
import { formatAmount, formatTime } from "./format.js";
import {
  type Action,
  accountCell,
  button,
  type InspectorTable,
  newest,
  refuseAction,
} from "./inspector-table.js";

const looks = { SETTLED: "good", FAILED: "bad", SUSPENDED: "bad" } as const;

/** What each action makes of a transfer or charge that is under way. */
const outcomes = {
  settle: { status: "SETTLED", label: "Settle" },
  fail: { status: "FAILED", label: "Fail" },
  hold: { status: "PENDING", label: "Keep under review" },
  suspend: { status: "SUSPENDED", label: "Suspend" },
} as const;

export const transferTable: InspectorTable = {
  name: "transfers",
  title: "Transfers and charges",
  columns: ["Id", "Status", "Kind", "Amount", "From", "To", "Reference", "Created"],
  isHiddenWhenEmpty: true,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest(moneyOf(world).movements.all(), limit, (one) => ({
      key: one.id,
      copy: one.id,
      cells: [
        { text: one.id },
        { text: one.status, look: looks[one.status as keyof typeof looks] },
        { text: one.kind },
        { text: formatAmount(one.units, one.currency) },
        accountCell(world, one.payerId),
        accountCell(world, one.payeeId),
        { text: one.reference },
        { text: formatTime(one.createdAtMs, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const movement = moneyOf(world).movements.get(key);
    return (
      movement && {
        title: `${formatAmount(movement.units, movement.currency)}, ${movement.status}`,
        data: viewMovement(movement, world.settings.apiVersion),
        actions: actionsFor(movement),
        comparisons: [],
      }
    );
  },

  act({ world }, key, action) {
    const movement = moneyOf(world).movements.find(key);
    const outcome = entryOf(outcomes, action);
    if (outcome === undefined || isOver(movement)) return refuseAction(action);
    moveTo(world, movement, outcome.status);
  },
};

function actionsFor(movement: Movement): readonly Action[] {
  if (isOver(movement)) return [];
  return Object.entries(outcomes)
    .filter(([, { status }]) => status !== movement.status)
    .map(([name, { label }]) => button(name, label));
}
