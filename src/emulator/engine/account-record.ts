/** Accounts as the emulator keeps them. Every request acts for one. */

import type {
  Account,
  AccountDetails,
  AccountRequirements,
  CustomerAgreements,
  PrimaryContact,
} from "../../generated/index.js";
import { type Changes, createChanges } from "./changes.js";
import type { Ids } from "./ids.js";
import { notFound } from "./refusal.js";

export type AccountStatus = Account["status"];

/** A suspension or reactivation, and who initiated it. */
export interface Intervention {
  readonly by: "PLATFORM" | "AIRWALLEX";
  readonly message?: string | undefined;
  readonly atMs: number;
}

export interface AccountRecord {
  readonly id: string;
  readonly createdAtMs: number;
  readonly walletNumber: string;
  readonly identifier: string | undefined;
  status: AccountStatus;
  details: AccountDetails;
  primaryContact: PrimaryContact;
  /** The contact of an active individual that takes effect with the next submission. */
  newContact: PrimaryContact | undefined;
  agreements: CustomerAgreements;
  nickname: string | undefined;
  metadata: Readonly<Record<string, string>> | undefined;
  /** Whether the owner approved the connection to the platform. */
  ownerApproved: boolean;
  /** What keeps the account in ACTION_REQUIRED. */
  requirements: AccountRequirements | undefined;
  suspensions: readonly Intervention[];
  reactivation: Intervention | undefined;
  /** Cancels the scheduled review. */
  cancelReview: (() => void) | undefined;
}

export interface StatusChange {
  readonly accountId: string;
  /** Undefined when the account was just created. */
  readonly from: AccountStatus | undefined;
  readonly to: AccountStatus;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Accounts {
  /** The account that the API key belongs to. */
  readonly platform: AccountRecord;
  /** Accounts of the platform's customers, by id, oldest first. */
  readonly connected: Map<string, AccountRecord>;
  /** Accounts that belong to no platform, which apps are connected to through OAuth, by id. */
  readonly customers: Map<string, AccountRecord>;
  readonly changes: Changes<StatusChange>;
}

export function createAccounts(ids: Ids, nowMs: number): Accounts {
  return {
    platform: createPlatform(ids, nowMs),
    connected: new Map(),
    customers: new Map(),
    changes: createChanges(),
  };
}

/** The data of a new account; the rest starts empty. */
export type AccountSeed = Pick<
  AccountRecord,
  "id" | "createdAtMs" | "walletNumber" | "status" | "details" | "primaryContact" | "agreements"
> &
  Partial<Pick<AccountRecord, "identifier" | "nickname" | "metadata" | "ownerApproved">>;

export function newRecord(seed: AccountSeed): AccountRecord {
  return {
    identifier: undefined,
    nickname: undefined,
    metadata: undefined,
    newContact: undefined,
    ownerApproved: false,
    requirements: undefined,
    suspensions: [],
    reactivation: undefined,
    cancelReview: undefined,
    ...seed,
  };
}

function createPlatform(ids: Ids, nowMs: number): AccountRecord {
  return newRecord({
    id: ids.account(),
    createdAtMs: nowMs,
    walletNumber: ids.walletNumber(),
    status: "ACTIVE",
    details: {
      legal_entity_id: ids.legalEntity(),
      legal_entity_type: "BUSINESS",
      business_details: { business_name: "Emulator Platform", business_structure: "COMPANY" },
    },
    primaryContact: { email: "platform@example.com" },
    agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    nickname: "Emulator Platform",
    ownerApproved: true,
  });
}

/** All connected accounts of the legal entity of an account, oldest first. */
export function accountsOfEntity(
  { connected }: Accounts,
  account: AccountRecord,
): readonly AccountRecord[] {
  const { legal_entity_id: id } = account.details;
  return [...connected.values()].filter(
    (other) => other === account || (id != null && other.details.legal_entity_id === id),
  );
}

/** Any account besides the platform: one that it has opened, or that of a customer. */
export function accountWith(accounts: Accounts, id: string): AccountRecord | undefined {
  return accounts.connected.get(id) ?? accounts.customers.get(id);
}

/** @throws Refusal if the platform has no such account. */
export function findConnected(accounts: Accounts, id: string): AccountRecord {
  const record = accounts.connected.get(id);
  if (record === undefined) throw notFound(`Account [${id}]`);
  return record;
}

/**
 * The account in the path of a simulation: for the platform one of its own, for others only themselves.
 *
 * @throws Refusal if the caller has no such account.
 */
export function findSimulated(
  accounts: Accounts,
  caller: AccountRecord,
  id: string,
): AccountRecord {
  if (caller === accounts.platform) return findConnected(accounts, id);
  if (id !== caller.id) throw notFound(`Account [${id}]`);
  return caller;
}
