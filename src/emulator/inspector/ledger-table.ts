/** The ledger: every change of what an account can spend. */

import type { World } from "../engine/world.js";
import type { Entry } from "../money/ledger.js";
import { moneyOf } from "../money/money-store.js";
import { formatAmount, formatTime } from "./format.js";
import { accountCell, type InspectorTable, newest, refuseAction } from "./inspector-table.js";

export const ledgerTable: InspectorTable = {
  name: "ledger",
  title: "Ledger",
  columns: ["Change", "Account", "Amount", "Balance after", "Source", "Time"],
  isHiddenWhenEmpty: true,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest(entriesOf(world), limit, (entry) => ({
      key: entry.id,
      copy: entry.source.id,
      cells: [
        { text: entry.type },
        accountCell(world, entry.accountId),
        { text: formatAmount(entry.units, entry.currency) },
        { text: formatAmount(entry.balance, entry.currency) },
        { text: entry.source.id, look: "soft" },
        { text: formatTime(entry.atMs, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const entry = entriesOf(world).find(({ id }) => id === key);
    if (entry === undefined) return undefined;
    const { units, balance, atMs, ...others } = entry;
    return {
      title: `${entry.type}, ${formatAmount(units, entry.currency)}`,
      data: {
        ...others,
        amount: formatAmount(units, entry.currency),
        balanceAfter: formatAmount(balance, entry.currency),
        at: new Date(atMs),
      },
      actions: [],
      comparisons: [],
    };
  },

  act: (_, __, action) => refuseAction(action),
};

/** Of all accounts, oldest first. */
function entriesOf(world: World): readonly Entry[] {
  const { ledger } = moneyOf(world);
  const all = ledger.accounts().flatMap((accountId) => ledger.entries(accountId));
  return all.toSorted((a, b) => a.sequence - b.sequence);
}
