/** Data for events that nothing in the emulator has caused, for trying out handlers. */

import { entryOf } from "../../checks/values.js";
import { eventShapes } from "../../generated/event-shapes.js";
import type {
  AccountCapability,
  Amendment,
  DepositEventData,
  DisconnectedAccounts,
  DisconnectedConnection,
  PlatformReport,
  RfiEventData,
} from "../../generated/index.js";
import { type AccountRecord, newRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { createIds } from "../engine/ids.js";
import { defaultOAuthClientId } from "../engine/oauth-options.js";
import type { World } from "../engine/world.js";
import type { Movement, MovementKind } from "../money/money-store.js";
import { shortReferencePrefix } from "../money/movements.js";
import { viewMovement } from "../money/view-money.js";
import { connectionId } from "../oauth/connections.js";
import { dataOfAccount } from "./events.js";
import { moneySamples } from "./money-samples.js";
import type { Sample, SampleFacts } from "./sample.js";

/** Names of the events with sample data. */
export const eventNames: readonly string[] = Object.keys(eventShapes);

/** Sample data for an event of this name, about an account; empty for an unknown name. */
export function sampleOf(world: World, name: string, account: AccountRecord): Sample {
  const about = dataOfAccount(name, account, world.accounts.platform);
  if (about !== undefined) return { data: about };
  const [kind = ""] = name.split(".");
  const outcome = name.slice(kind.length + 1);
  // Seeded by the account, so that the same charge is first new and then settled.
  const ids = createIds(`sample of ${account.id}`);
  const facts = { status: outcome.toUpperCase(), account, ids, world };
  return entryOf(samples, kind)?.(facts) ?? { data: { kind: "other", value: {} } };
}

/** An account that exists only in the events about it, with the given id or one of its own. */
export function sampleAccount(
  { clock, accounts }: World,
  name: string,
  givenId: string | undefined,
): AccountRecord {
  const ids = createIds("sample account");
  const ownId = ids.account();
  const id = givenId || ownId;
  const record = newRecord({
    id,
    createdAtMs: clock.nowMs(),
    walletNumber: ids.walletNumber(),
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

/** By the part of an event's name before the dot. */
const samples: Readonly<Record<string, ((facts: SampleFacts) => Sample) | undefined>> = {
  ...moneySamples,
  account_amendment({ status, account, ids }) {
    const id = ids.prefixed("amd");
    const change = { primary_contact: account.primaryContact, target: "primary_contact" };
    return other<Amendment>({ id, ...change, status });
  },
  account_capability: ({ status, account, world: { clock, settings } }) =>
    other<AccountCapability>({
      id: "payments_visa",
      comment: "",
      details: { reason_codes: [] },
      entity_type: account.details.legal_entity_type,
      status,
      updated_at: formatTimestamp(clock.nowMs(), settings.apiVersion),
    }),
  rfi: ({ ids }) => other<RfiEventData>({ id: ids.rfi() }),
  charge: (facts) => sampleMovement("charge", facts),
  connected_account_transfer: (facts) => sampleMovement("transfer", facts),
  deposit: ({ status, ids, world: { clock, settings } }) =>
    other<DepositEventData>({
      id: ids.deposit(),
      ...{ type: "BANK_TRANSFER", amount: 100, currency: "AUD", status },
      created_at: formatTimestamp(clock.nowMs(), settings.apiVersion),
      global_account_id: ids.deposit(),
      payer: { name: "Sample Payer", country_code: "AU" },
      reference: "Sample",
    }),
  platform_report: ({ status, ids, world: { clock, settings } }) =>
    ofPlatform(
      other<PlatformReport>({
        id: ids.report(),
        ...{ type: "BALANCE_REPORT", file_format: "CSV", file_name: "sample", status },
        ...(status === "COMPLETED" && {
          download_url: "https://emulator.localhost/files/download/sample",
          download_url_expires_at: formatTimestamp(clock.nowMs(), settings.apiVersion),
        }),
        ...(status === "FAILED" && { failed_reason: "This is a sample." }),
      }),
    ),
  connection: ({ status, account: { id } }) =>
    other<DisconnectedConnection>({
      id: connectionId(defaultOAuthClientId, id),
      account_id: id,
      status,
      authorized_scopes: ["account_details:read"],
    }),
  partner_connection: ({ account: { id } }) =>
    ofPlatform(other<DisconnectedAccounts>({ account_ids: [id], reason: "user_initiated" })),
};

const ofPlatform = (sample: Sample): Sample => ({ ...sample, ofPlatform: true });

function other<Value extends object>(value: Value): Sample {
  const { id } = value as { readonly id?: string | null | undefined };
  return { data: { kind: "other", value }, sourceId: id ?? undefined };
}

/** Between the platform and the account, in the direction of its kind. */
function sampleMovement(kind: MovementKind, { status, account, ids, world }: SampleFacts): Sample {
  const { platform } = world.accounts;
  const [payer, payee] = kind === "charge" ? [account, platform] : [platform, account];
  const nowMs = world.clock.nowMs();
  const movement: Movement = {
    ...{ kind, id: ids.movement(), requestId: ids.request() },
    shortReferenceId: ids.shortReference(shortReferencePrefix[kind]),
    ...{ ownerId: platform.id, payerId: payer.id, payeeId: payee.id },
    ...{ units: 100_00n, currency: "AUD", reason: "other_services", reference: "Sample" },
    ...{ description: undefined, additionalInfo: undefined },
    ...{ status, failureReasons: [], createdAtMs: nowMs, updatedAtMs: nowMs },
    cancelSettlement: undefined,
  };
  const show = (version: string): object => viewMovement(movement, version);
  // It belongs to the platform, which made it.
  return ofPlatform({ data: { kind: "shown", show }, sourceId: movement.id });
}
