/** Payouts, which the API calls transfers, and each step of their way. */

import type { SimulationTransferTransitionParams } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { moneyOf } from "../money/money-store.js";
import { transitionPayout } from "../money/payouts.js";
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

const over: ReadonlySet<string> = new Set(["PAID", "FAILED", "CANCELLED"]);

const steps = ["PROCESSING", "SENT", "PAID", "FAILED", "OVERDUE", "CANCELLED"] as const;

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
    const choices = steps.filter((step) => step !== payout.status);
    const next = { name: "status", label: "Next status", choices };
    return {
      title: `${formatAmount(payout.priced.buyUnits, payout.priced.buyCurrency)}, ${payout.status}`,
      data: viewPayout(payout, world.settings.apiVersion),
      actions: over.has(payout.status) ? [] : [button("move", "Move along", next)],
      comparisons: [],
    };
  },

  act({ world }, key, action, { status = "" }) {
    const { accountId } = moneyOf(world).payouts.find(key);
    const owner = ownerOf(world, accountId);
    if (action !== "move" || owner === undefined) return refuseAction(action);
    const next_status = status as SimulationTransferTransitionParams["next_status"];
    transitionPayout(world, owner, key, { next_status });
  },
};

function ownerOf({ accounts }: World, id: string): AccountRecord | undefined {
  const { platform, connected, customers } = accounts;
  return id === platform.id ? platform : (connected.get(id) ?? customers.get(id));
}
