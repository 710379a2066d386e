/** Events, and their payloads in the version that a subscriber chose. */

import { entryOf } from "../../checks/values.js";
import type { Account, AccountRequirements } from "../../generated/index.js";
import { viewAccount, viewWallet } from "../accounts/view-account.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import { formatTimestamp, hasLegacyWebhooks, statusIn } from "../engine/api-version.js";
import { uuidOf } from "../engine/ids.js";
import { toLegacyAccount, toLegacyNames, toLegacyRequirements } from "./legacy-account.js";

/** Something that happened, independent of any version. */
export interface EmulatorEvent {
  readonly id: string;
  /** Such as `account.active`. */
  readonly name: string;
  /** Sent by a test: every version gets it under this name, and the platform whatever the account. */
  readonly byHand?: boolean;
  /** The account that it belongs to. */
  readonly accountId: string;
  readonly data: EventData;
  /** Id of what it is about, if that is not an account. */
  readonly sourceId?: string | undefined;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
  /** For an event of an app instead of an account. */
  readonly app?: { readonly clientId: string; readonly orgId: string } | undefined;
}

/** The data of an event, as far as versions differ in it. */
export type EventData =
  | { readonly kind: "account"; readonly account: AccountRecord }
  | { readonly kind: "requirements"; readonly requirements: AccountRequirements }
  | {
      readonly kind: "connected";
      readonly account: AccountRecord;
      readonly platform: AccountRecord;
    }
  /** Shown as of a version, but with current member names. */
  | { readonly kind: "shown"; readonly show: (version: string) => object }
  /** With current member names. */
  | { readonly kind: "other"; readonly value: object }
  /** Sent as it is, whatever the version. */
  | { readonly kind: "given"; readonly value: unknown };

/** The event for each status of an account; none when it is just created. */
const namesByStatus: Readonly<Record<string, string | undefined>> = {
  SUBMITTED: "account.submitted",
  ACTION_REQUIRED: "account.action_required",
  ACTIVE: "account.active",
  SUSPENDED: "account.suspended",
  DORMANT: "account.dormant",
  CLOSED: "account.closed",
};

export function nameOfStatus(status: AccountStatus): string | undefined {
  return entryOf(namesByStatus, status);
}

/** The data of an event about an account, as the account is now; undefined for an unknown name. */
export function dataOfAccount(
  name: string,
  account: AccountRecord,
  platform: AccountRecord,
): EventData | undefined {
  if (name === "account.connected") return { kind: "connected", account, platform };
  if (name === "account.submitted") return { kind: "other", value: {} };
  if (name === "account.action_required") {
    return { kind: "requirements", requirements: account.requirements ?? {} };
  }
  return Object.values(namesByStatus).includes(name) ? { kind: "account", account } : undefined;
}

/** The body of a delivery, in the format of a version. */
export function writePayload(event: EmulatorEvent, version: string): string {
  const { id, name, accountId, sourceId, atMs, app } = event;
  const data = writeData(event.data, version);
  if (hasLegacyWebhooks(version)) {
    return JSON.stringify({ accountId, data, id: idIn(event, version), name });
  }
  const created_at = formatTimestamp(atMs, version);
  const source = sourceId === undefined ? {} : { source_id: sourceId };
  const about = app ? { app_id: app.clientId, org_id: app.orgId } : { account_id: accountId };
  return JSON.stringify({ id, name, ...about, data, created_at, version, ...source });
}

/** Legacy versions identify events by UUIDs. */
export function idIn({ id }: EmulatorEvent, version: string): string {
  return hasLegacyWebhooks(version) && id.startsWith("evt_") ? uuidOf(id) : id;
}

function writeData(data: EventData, version: string): unknown {
  const legacy = hasLegacyWebhooks(version);
  switch (data.kind) {
    case "account": {
      const account: Account = viewAccount(data.account, version, "EXCLUDED_PII");
      return legacy ? toLegacyAccount(account) : account;
    }
    case "requirements":
      return legacy ? toLegacyRequirements(data.requirements) : data.requirements;
    case "connected":
      return inNamesOf(legacy, describeConnection(data, version));
    case "shown":
      return inNamesOf(legacy, data.show(version));
    case "other":
      return inNamesOf(legacy, data.value);
    case "given":
      return data.value;
  }
}

function inNamesOf(legacy: boolean, value: object): unknown {
  return legacy ? toLegacyNames(value) : value;
}

function describeConnection(
  { account, platform }: Extract<EventData, { readonly kind: "connected" }>,
  version: string,
): object {
  return {
    connected_account_id: account.id,
    connected_account_identifier: account.identifier,
    connected_account_name: viewWallet(account).account_name,
    connected_account_status: statusIn(version, account.status),
    created_at: formatTimestamp(account.createdAtMs, version),
    platform_account_id: platform.id,
    platform_name: viewWallet(platform).account_name,
  };
}
