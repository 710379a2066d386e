/** Connected accounts: their status, and what reviewers do with them. */

import { quoted } from "../../checks/printable.js";
import { entryOf } from "../../checks/values.js";
import { createAccountsControls, documentedStatuses } from "../accounts/account-controls.js";
import { decide } from "../accounts/review.js";
import { viewAccount, viewWallet } from "../accounts/view-account.js";
import type { AccountRecord } from "../engine/account-record.js";
import { viewBalances } from "../money/statement.js";
import { openRfi } from "../rfis/rfi-life-cycle.js";
import { rfisOf } from "../rfis/rfi-record.js";
import { formatTime } from "./format.js";
import {
  type Action,
  button,
  type Inspected,
  type InspectorTable,
  type Look,
  newest,
  refuseAction,
  type Values,
} from "./inspector-table.js";
import { askFields, readQuestions } from "./rfi-table.js";

const looks: Readonly<Record<string, Look | undefined>> = {
  ACTIVE: "good",
  ACTION_REQUIRED: "bad",
  SUSPENDED: "bad",
  CLOSED: "bad",
};

/** What the review of a submitted account may decide, and how. */
const verdicts: Readonly<Record<string, Parameters<typeof decide>[2]>> = {
  "as the data say": { next: "ACTIVE", force: false },
  "ACTIVE in any case": { next: "ACTIVE", force: true },
  SUSPENDED: { next: "SUSPENDED", force: true },
};

export const accountTable: InspectorTable = {
  name: "accounts",
  title: "Accounts",
  columns: ["Account", "Status", "Name", "Identifier", "Entity", "Created"],
  isHiddenWhenEmpty: false,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest([...world.accounts.connected.values()], limit, (account) => ({
      key: account.id,
      copy: account.id,
      cells: [
        { text: account.id },
        { text: account.status, look: looks[account.status] },
        { text: viewWallet(account).account_name },
        { text: account.identifier ?? "" },
        { text: account.details.legal_entity_type ?? "" },
        { text: formatTime(account.createdAtMs, now) },
      ],
    }));
  },

  detail(inspected, key) {
    const account = find(inspected, key);
    if (account === undefined) return undefined;
    const { world } = inspected;
    const rfis = rfisOf(world).all();
    return {
      title: `${viewWallet(account).account_name}, ${account.status}`,
      data: {
        account: viewAccount(account, world.settings.apiVersion, "COMPLETE"),
        balances: viewBalances(world, key),
        requests_for_information: rfis.filter((one) => one.account === account).map(({ id }) => id),
      },
      actions: actionsFor(account),
      comparisons: [],
    };
  },

  act(inspected, key, action, values) {
    const account = find(inspected, key);
    const act = entryOf(actions, action);
    if (account === undefined || act === undefined) return refuseAction(action);
    act(inspected, account, values);
  },
};

function find({ world }: Inspected, id: string): AccountRecord | undefined {
  return world.accounts.connected.get(id);
}

function actionsFor({ status }: AccountRecord): readonly Action[] {
  const outcome = { name: "outcome", label: "Outcome", choices: Object.keys(verdicts) };
  const others = documentedStatuses.filter((other) => other !== status);
  const statuses = { name: "status", label: "Status", choices: others };
  return [
    ...(status === "SUBMITTED" ? [button("decide", "Decide the review", outcome)] : []),
    button("set_status", "Set the status", statuses),
    button("ask", "Ask a question", ...askFields),
  ];
}

type Act = (inspected: Inspected, account: AccountRecord, values: Values) => void;

const actions: Readonly<Record<string, Act>> = {
  decide({ world }, account, { outcome = "" }) {
    if (account.status !== "SUBMITTED") {
      throw new RangeError(`Cannot decide the review: the account is ${account.status}`);
    }
    const verdict = entryOf(verdicts, outcome);
    if (verdict === undefined) {
      const known = Object.keys(verdicts).join(", ");
      throw new RangeError(
        `Cannot decide the review: outcome is ${quoted(outcome)}, expected one of ${known}`,
      );
    }
    decide(world, account, verdict);
  },
  set_status({ world }, account, { status = "" }) {
    createAccountsControls(() => world).setStatus(account.id, status);
  },
  ask({ world }, account, values) {
    openRfi(world, account, readQuestions(values));
  },
};
