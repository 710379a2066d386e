/** Data for events that nothing in the emulator has caused, so that a handler can be tried with them. */

import { eventShapes } from "../../schemas/event-shapes.generated.js";
import type {
  AccountCapability,
  Amendment,
  Charge,
  ConnectedAccountTransfer,
  DepositEventData,
  DisconnectedConnection,
  PlatformReport,
  RfiEventData,
} from "../../schemas/index.js";
import { type AccountRecord, newRecord } from "../accounts/record.js";
import { formatTimestamp } from "../api-version.js";
import { connectionId } from "../oauth/connections.js";
import { defaultOAuthClientId } from "../oauth/options.js";
import type { World } from "../state.js";
import { dataOfAccount, type EventData } from "./events.js";

/** Names of the events that there is sample data for. */
export const eventNames: readonly string[] = Object.keys(eventShapes);

/** Data as an event of this name has it, about an account or an example; empty if it is not known. */
export function sampleData(world: World, name: string, account: AccountRecord): EventData {
  const about = dataOfAccount(name, account, world.accounts.platform);
  if (about !== undefined) return about;
  const [kind = "", outcome = ""] = name.split(".");
  const now = formatTimestamp(world.clock.nowMs(), world.settings.apiVersion);
  const value = samples[kind]?.({ status: outcome.toUpperCase(), account, now });
  return { kind: "other", value: value ?? {} };
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

interface Sample {
  /** What comes after the point in the name of the event, in capitals. */
  readonly status: string;
  readonly account: AccountRecord;
  readonly now: string;
}

/** By what stands before the point in the name of an event. */
const samples: Readonly<Record<string, ((sample: Sample) => object) | undefined>> = {
  account_amendment: ({ status, account }): Amendment => ({
    id: "amd_sample",
    primary_contact: account.primaryContact,
    status,
    target: "primary_contact",
  }),
  account_capability: ({ status, now }): AccountCapability => ({
    id: "payments_visa",
    comment: "",
    details: { reason_codes: [] },
    entity_type: "BUSINESS",
    status,
    updated_at: now,
  }),
  rfi: (): RfiEventData => ({ id: "rfi_sample" }),
  charge: ({ status, account, now }): Charge => ({
    id: "chg_sample",
    ...{ amount: 100, currency: "AUD", fee: 0, reason: "other_services", reference: "sample" },
    ...{ created_at: now, updated_at: now },
    source: account.id,
    status,
  }),
  connected_account_transfer: ({ status, account, now }): ConnectedAccountTransfer => ({
    id: "cat_sample",
    ...{ amount: 100, currency: "AUD", fee: 0, reason: "other_services", reference: "sample" },
    ...{ created_at: now, updated_at: now },
    destination: account.id,
    status,
  }),
  deposit: ({ status, now }): DepositEventData => ({
    id: "dep_sample",
    ...{ type: "BANK_TRANSFER", amount: 100, currency: "AUD", status, created_at: now },
    global_account_id: "ga_sample",
    payer: { name: "Sample Payer", country_code: "AU" },
    reference: "sample",
  }),
  platform_report: ({ status, now }): PlatformReport => ({
    id: "report_sample",
    ...{ type: "BALANCE_REPORT", file_format: "CSV", file_name: "sample", status },
    ...(status === "COMPLETED" && {
      download_url: "https://emulator.localhost/files/download/sample",
      download_url_expires_at: now,
    }),
    ...(status === "FAILED" && { failed_reason: "This is a sample." }),
  }),
  connection: ({ status, account: { id } }): DisconnectedConnection => ({
    id: connectionId(defaultOAuthClientId, id),
    account_id: id,
    status,
    authorized_scopes: ["account_details:read"],
  }),
};
