/** What the emulator knows of OAuth between two requests. */

import { type AccountRecord, newRecord } from "../accounts/record.js";
import { type Changes, createChanges } from "../changes.js";
import { createIds, type Ids } from "../ids.js";
import type { OAuthApp } from "./options.js";
import { createSigningKey, type SigningKey } from "./signing-key.js";

/** What an app asks the customer for. */
export interface AuthorizationRequest {
  readonly app: OAuthApp;
  readonly redirectUri: string;
  /** In the spelling of the app. */
  readonly scopes: readonly string[];
  /** Passed back unchanged; undefined if there was none. */
  readonly state: string | undefined;
  /** base64url of the SHA-256 of a verifier. */
  readonly codeChallenge: string | undefined;
  readonly signUp: boolean;
  /** The platform's reference of an invitation, told on the way back; undefined if there was none. */
  readonly identifier?: string | undefined;
}

/** The code of a consent, kept after its use, so that a second use is noticed. */
export interface AuthorizationCode {
  readonly request: AuthorizationRequest;
  readonly account: AccountRecord;
  readonly expiresAtMs: number;
  /** What its first use gave. */
  grant: Grant | undefined;
}

/** Why a connection ended. */
export type DisconnectReason = "customer" | "token_reuse" | "code_reuse" | "account";

/** An account with the app that it was connected to; one for each pair, whatever the grants. */
export interface Connection {
  readonly id: string;
  readonly clientId: string;
  readonly account: AccountRecord;
  status: "CONNECTED" | "DISCONNECTED";
  /** The newest consent; tokens of earlier ones do not work. */
  grant: Grant;
  disconnected: DisconnectReason | undefined;
  refreshes: number;
  spent: number;
}

/** One consent of a customer, from its code to the end of its tokens. */
export interface Grant {
  readonly clientId: string;
  readonly account: AccountRecord;
  readonly scopes: readonly string[];
  ended: boolean;
  /** The refresh token that replaces all earlier ones. */
  newest: RefreshToken | undefined;
}

export interface RefreshToken {
  readonly grant: Grant;
  readonly expiresAtMs: number;
  /** When the next one was issued; undefined for the newest. */
  replacedAtMs: number | undefined;
  /** Whether it was exchanged; one that was replaced by a sibling may never be. */
  spent: boolean;
}

export interface AccessToken {
  readonly grant: Grant;
  readonly expiresAtMs: number;
}

export type FlowScreen = "sign_in" | "sign_up" | "accounts" | "permissions";

/** A field that was filled in wrongly, and what to say about it. */
export interface FormProblem {
  readonly field: "email" | "business_name" | "account_id";
  readonly text: string;
}

/** A customer on the way through the consent page. */
export interface Flow {
  readonly id: string;
  readonly request: AuthorizationRequest;
  readonly expiresAtMs: number;
  screen: FlowScreen;
  email: string;
  businessName: string;
  account: AccountRecord | undefined;
  /** What was wrong with the form that was sent last. */
  problem: FormProblem | undefined;
}

/** What becomes of a connection; the fields of the event that tells of it. */
export interface ConnectionChange {
  readonly connectionId: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly authorizedScopes: readonly string[];
  readonly to: Connection["status"];
  /** Undefined while it is connected. */
  readonly reason: DisconnectReason | undefined;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface OAuthStore {
  /** Apart from the ids of the API, so that a consent does not change the ids of what follows. */
  readonly ids: Ids;
  readonly key: SigningKey;
  readonly changes: Changes<ConnectionChange>;
  /** Accounts of customers who are not the platform's own, by id. */
  readonly customers: Map<string, AccountRecord>;
  readonly flows: Map<string, Flow>;
  readonly codes: Map<string, AuthorizationCode>;
  readonly connections: Map<string, Connection>;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly accessTokens: Map<string, AccessToken>;
  /** Refresh tokens that a request is working on. */
  readonly busy: Set<string>;
}

/** Starts with one customer, so that there is an account to connect. */
export function createOAuthStore(seed: string, nowMs: number): OAuthStore {
  const ids = createIds(`${seed} oauth`);
  const first = newCustomer(ids, nowMs, { name: "Example Customer", email: "owner@example.com" });
  first.status = "ACTIVE";
  return {
    ids,
    key: createSigningKey(seed),
    changes: createChanges(),
    customers: new Map([[first.id, first]]),
    flows: new Map(),
    codes: new Map(),
    connections: new Map(),
    refreshTokens: new Map(),
    accessTokens: new Map(),
    busy: new Set(),
  };
}

/** Who signs up. */
export interface NewCustomer {
  /** Of the business. */
  readonly name: string;
  readonly email: string;
}

/** A new account, before any verification. */
export function newCustomer(ids: Ids, nowMs: number, { name, email }: NewCustomer): AccountRecord {
  return newRecord({
    id: ids.account(),
    createdAtMs: nowMs,
    walletNumber: ids.walletNumber(),
    status: "CREATED",
    details: {
      legal_entity_id: ids.legalEntity(),
      legal_entity_type: "BUSINESS",
      business_details: { business_name: name },
    },
    primaryContact: { email },
    agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    nickname: name,
    ownerApproved: true,
  });
}
