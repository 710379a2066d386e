/** Lets tests see and change accounts without a call. */

import { requireStrings } from "../../checks/arguments.js";
import { quoted } from "../../checks/printable.js";
import type { Account, AccountStatusInput } from "../../generated/index.js";
import { type AccountRecord, type AccountStatus, accountWith } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { moveTo } from "./account-status.js";
import { approveConnection } from "./life-cycle.js";
import { decide } from "./review.js";
import { viewAccount } from "./view-account.js";

/** The accounts of an emulator. Everything it returns is a copy. */
export interface AccountsControls {
  /** Id of the account that the API key belongs to. */
  readonly platformId: string;
  /** A connected account, or that of an OAuth customer; undefined if none has this id. */
  get(id: string): Account | undefined;
  /** All connected accounts, oldest first. */
  list(): readonly Account[];
  /**
   * Approves the connection to the platform on behalf of the owner of a business account, as the option
   * `requireOwnerConsent` demands. An account that was waiting only for this becomes active.
   *
   * @throws RangeError if there is no such account.
   */
  approveConnection(id: string): Account;
  /**
   * Puts an account into any status, including those that no call leads to, such as `DORMANT` and
   * `CLOSED`. The platform cannot undo a suspension made this way.
   *
   * @throws RangeError if there is no such account, or no such status.
   */
  setStatus(id: string, status: AccountStatus): Account;
}

export function createAccountsControls(present: () => World): AccountsControls {
  const view = (record: AccountRecord): Account =>
    viewAccount(record, present().settings.apiVersion, "COMPLETE");
  const change = (id: string, act: (world: World, record: AccountRecord) => void): Account => {
    requireStrings("Cannot change account", { id });
    const world = present();
    const record = accountWith(world.accounts, id);
    if (record === undefined) {
      throw new RangeError(`Cannot change account: there is none with the id ${quoted(id)}`);
    }
    act(world, record);
    return view(record);
  };
  return {
    get platformId() {
      return present().accounts.platform.id;
    },
    get(id) {
      requireStrings("Cannot read account", { id });
      const record = accountWith(present().accounts, id);
      return record && view(record);
    },
    list: () => [...present().accounts.connected.values()].map(view),
    approveConnection: (id) => change(id, approveConnection),
    setStatus(id, status) {
      requireStrings("Cannot change account", { id, status });
      if (!documentedStatuses.some((one) => one === status)) {
        throw new RangeError(
          `Cannot change account: status is ${quoted(status)}, expected one of ${documentedStatuses.join(", ")}`,
        );
      }
      return change(id, (world, record) => put(world, record, status));
    },
  };
}

/** The documented statuses. The type is open, because the API may return others. */
export const documentedStatuses: readonly AccountStatusInput[] = [
  "CREATED",
  "SUBMITTED",
  "ACTION_REQUIRED",
  "ACTIVE",
  "SUSPENDED",
  "DORMANT",
  "CLOSED",
];

/** A suspension counts as Airwallex's own, which the platform cannot undo. */
function put(world: World, record: AccountRecord, status: AccountStatus): void {
  if (status === "SUSPENDED") decide(world, record, { next: "SUSPENDED", force: true });
  else moveTo(world, record, status);
}
