/** The OAuth state of an emulator. */

import { type AccountRecord, newRecord } from "../engine/account-record.js";
import { dayMs } from "../engine/duration.js";
import { createExpiringMap, type ExpiringMap } from "../engine/expiring-map.js";
import { createIds, type Ids } from "../engine/ids.js";
import type { OAuthApp } from "../engine/oauth-options.js";
import { createTable, type Table } from "../engine/table.js";
import { defineState, type World } from "../engine/world.js";
import { createSigningKey, type SigningKey } from "./signing-key.js";

/** An app's authorization request. */
export interface AuthorizationRequest {
  readonly app: OAuthApp;
  readonly redirectUri: string;
  /** As the app spelled them. */
  readonly scopes: readonly string[];
  /** Passed back unchanged; undefined if there was none. */
  readonly state: string | undefined;
  /** base64url of the SHA-256 of a verifier. */
  readonly codeChallenge: string | undefined;
  readonly signUp: boolean;
  /** The platform's reference from an invitation, returned in the redirect; undefined if none. */
  readonly identifier?: string | undefined;
}

/** The code of a consent, kept after its use so that a second use is detected. */
export interface AuthorizationCode {
  readonly request: AuthorizationRequest;
  readonly account: AccountRecord;
  readonly expiresAtMs: number;
  /** The grant that its first use created. */
  grant: Grant | undefined;
}

/** Why a connection ended. */
export type DisconnectReason = "customer" | "token_reuse" | "code_reuse" | "account";

/** An account's connection to an app; one for each pair, however many grants. */
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

/** An invalid field of a form, and the message about it. */
export interface FormProblem {
  readonly field: "email" | "business_name" | "account_id";
  readonly text: string;
}

/** A customer's way through the consent page. */
export interface Flow {
  readonly id: string;
  readonly request: AuthorizationRequest;
  readonly expiresAtMs: number;
  screen: FlowScreen;
  email: string;
  businessName: string;
  account: AccountRecord | undefined;
  /** What was wrong with the last form sent. */
  problem: FormProblem | undefined;
}

export interface OAuthStore {
  /** Separate from the ids of the API, so that a consent does not change those that follow. */
  readonly ids: Ids;
  readonly key: SigningKey;
  readonly flows: ExpiringMap<Flow>;
  readonly codes: ExpiringMap<AuthorizationCode>;
  readonly connections: Table<Connection>;
  readonly refreshTokens: ExpiringMap<RefreshToken>;
  readonly accessTokens: ExpiringMap<AccessToken>;
  /** Refresh tokens that a request is using. */
  readonly busy: Set<string>;
}

/** What an emulator keeps for OAuth. It starts with one customer, so that there is an account to connect. */
export const oauthOf: (world: World) => OAuthStore = defineState(
  ({ settings, clock, accounts }) => {
    const ids = createIds(`${settings.seed} oauth`);
    const owner = { name: "Example Customer", email: "owner@example.com" };
    const first = newCustomer(ids, clock.nowMs(), owner);
    first.status = "ACTIVE";
    accounts.customers.set(first.id, first);
    return {
      ids,
      key: createSigningKey(settings.seed),
      flows: createExpiringMap(clock),
      // A code that is used a second time ends the connection, however late.
      codes: createExpiringMap(clock, dayMs),
      connections: createTable("Connection"),
      refreshTokens: createExpiringMap(clock),
      // Until then, an expired token is refused as one that has expired, not as an unknown one.
      accessTokens: createExpiringMap(clock, dayMs),
      busy: new Set(),
    };
  },
);

/** A customer who signs up. */
export interface NewCustomer {
  /** Name of the business. */
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
