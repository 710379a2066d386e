/** An invitation as the emulator keeps it. */

import type { WithoutNulls } from "../../checks/values.js";
import type { InvitationLinkCreateRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";

export interface InvitationRecord {
  readonly id: string;
  /** Part of the link; anyone who has it can use it. */
  readonly token: string;
  readonly request: WithoutNulls<InvitationLinkCreateRequest>;
  /** The account whose connection is to be approved; undefined in mode `oauth2`. */
  readonly account: AccountRecord | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Whether the owner of the account has decided. */
  answered: boolean;
}

/** All invitations of an emulator. */
export const invitationsOf: (world: World) => Table<InvitationRecord> = defineState(() =>
  createTable("Invitation link"),
);
