/** Data for events that nothing in the emulator has caused, so that a handler can be tried with them. */

import { type AccountRecord, newRecord } from "../accounts/record.js";
import { connectionId } from "../oauth/connections.js";
import { defaultOAuthClientId } from "../oauth/options.js";
import type { World } from "../state.js";
import { dataOfAccount, type EventData } from "./events.js";

/** Names of the events that there is sample data for. */
export const eventNames: readonly string[] = [
  "account.submitted",
  "account.action_required",
  "account.active",
  "account.connected",
  "account.suspended",
  "account.dormant",
  "account.closed",
  "account_amendment.approved",
  "account_amendment.rejected",
  "account_capability.enabled",
  "account_capability.disabled",
  "account_capability.pending",
  "rfi.action_required",
  "rfi.answered",
  "rfi.closed",
  "charge.new",
  "charge.pending",
  "charge.settled",
  "charge.suspended",
  "charge.failed",
  "connected_account_transfer.new",
  "connected_account_transfer.pending",
  "connected_account_transfer.settled",
  "connected_account_transfer.suspended",
  "connected_account_transfer.failed",
  "connection.disconnected",
];

/** Data as an event of this name has it, about an account or an example; empty if it is not known. */
export function sampleData(world: World, name: string, account: AccountRecord): EventData {
  const about = dataOfAccount(name, account, world.accounts.platform);
  if (about !== undefined) return about;
  const [kind = "", outcome = ""] = name.split(".");
  return { kind: "other", value: samples[kind]?.(outcome.toUpperCase(), account) ?? {} };
}

/** An account that exists only in what is sent about it. */
export function sampleAccount({ clock, accounts }: World, name: string): AccountRecord {
  const id = "acct_SampleAccountForEvents";
  const record = newRecord({
    id,
    createdAtMs: clock.nowMs(),
    walletNumber: "0000000000",
    status: "ACTIVE",
    details: {
      ...accounts.platform.details,
      legal_entity_type: "BUSINESS",
      business_details: {
        business_name: "Sample Seller Pty Ltd",
        business_structure: "COMPANY",
        business_identifiers: [{ country_code: "AU", number: "12345678901", type: "BRN" }],
      },
    },
    identifier: "sample-seller",
    nickname: "Sample Seller",
    primaryContact: { email: "seller@example.com" },
    agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
  });
  const status = name.split(".")[1]?.toUpperCase();
  if (name.startsWith("account.") && status && status !== "CONNECTED") record.status = status;
  if (status === "ACTION_REQUIRED") {
    record.requirements = {
      agreement_to_terms_and_conditions_required: {
        endpoint: `/api/v1/accounts/${id}/terms_and_conditions/agree`,
        method: "POST",
        message: "The review is passed. The account becomes active once its terms are agreed to.",
      },
    };
  }
  return record;
}

type Sample = (status: string, account: AccountRecord) => object;

const money = (prefix: string): Sample => {
  return (status) => ({
    id: `${prefix}_sample`,
    amount: 100,
    currency: "USD",
    reason: "other_services",
    reference: "sample",
    status,
  });
};

/** By what stands before the point in the name of an event. */
const samples: Readonly<Record<string, Sample | undefined>> = {
  account_amendment: (status, { primaryContact }) => ({
    id: "amd_sample",
    primary_contact: primaryContact,
    status,
    target: "primary_contact",
  }),
  account_capability: (status) => ({
    id: "sample_capability",
    entity_type: "BUSINESS",
    status,
    details: { reason_codes: [] },
  }),
  rfi: () => ({ id: "rfi_sample" }),
  charge: money("chg"),
  connected_account_transfer: money("cat"),
  connection: (status, { id }) => ({
    id: connectionId(defaultOAuthClientId, id),
    account_id: id,
    status,
    authorized_scopes: ["account_details:read"],
  }),
};
