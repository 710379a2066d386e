/** Payouts, which the API calls transfers, and each step of their way. */

import type { SimulationTransferTransitionParams } from "../../generated/index.js";
import { moneyOf } from "../money/money-store.js";
import { nextStatuses, transitionPayout } from "../money/payouts.js";
import { viewPayout } from "../money/view-money.js";
import { formatAmount, formatTime } from "./format.js";
import {
  accountCell,
  button,
  type InspectorTable,
  newest,
  refuseAction,
} from "./inspector-table.js";

const looks = { PAID: "good", FAILED: "bad", CANCELLED: "bad", OVERDUE: "bad" } as const;

export const payoutTable: InspectorTable = {
  name: "payouts",
  title: "Payouts",
  columns: ["Id", "Status", "Account", "Amount", "Reference", "Created"],
  isHiddenWhenEmpty: true,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest(moneyOf(world).payouts.all(), limit, (one) => ({
      key: one.id,
      copy: one.id,
      cells: [
        { text: one.id },
        { text: one.status, look: looks[one.status as keyof typeof looks] },
        accountCell(world, one.accountId),
        { text: formatAmount(one.priced.buyUnits, one.priced.buyCurrency) },
        { text: one.request.reference },
        { text: formatTime(one.createdAtMs, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const payout = moneyOf(world).payouts.get(key);
    if (payout === undefined) return undefined;
    const choices = nextStatuses(payout);
    const next = { name: "status", label: "Next status", choices };
    return {
      title: `${formatAmount(payout.priced.buyUnits, payout.priced.buyCurrency)}, ${payout.status}`,
      data: viewPayout(payout, world.settings.apiVersion),
      actions: choices.length > 0 ? [button("move", "Move along", next)] : [],
      comparisons: [],
    };
  },

  act({ world }, key, action, { status = "" }) {
    const payout = moneyOf(world).payouts.find(key);
    if (action !== "move") return refuseAction(action);
    const next_status = status as SimulationTransferTransitionParams["next_status"];
    transitionPayout(world, payout, { next_status });
  },
};
