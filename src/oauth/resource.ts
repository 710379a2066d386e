/** Connections to existing Airwallex customers: consent, code exchange, and token renewal. */

import { checkOptions } from "../checks/options.js";
import { kindOf } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";
import type { RemoteConnectionsResource } from "../resources/partner-connections.js";
import type { PartnerWebhooksResource } from "../resources/partner-webhooks.js";
import type { Store } from "../stores/store.js";
import {
  type AuthorizationUrlOptions,
  type AuthorizationUrlTools,
  authorizationUrl,
} from "./authorization-url.js";
import {
  type CallbackClaims,
  type CallbackResult,
  type CallbackTools,
  handleCallback,
} from "./callback.js";
import { createCodeClaims } from "./code-claim.js";
import type { Connection } from "./connection-record.js";
import { type ConnectionRecords, createConnectionRecords } from "./connection-records.js";
import {
  type DisconnectedEvent,
  type DisconnectedResult,
  handleDisconnected,
} from "./disconnected.js";
import { type ReconcileOptions, type ReconcileResult, reconcile } from "./reconcile.js";
import {
  type RefreshExpiringOptions,
  type RefreshExpiringResult,
  refreshExpiring,
} from "./refresh-expiring.js";
import type { TokenPair } from "./tokens.js";

/**
 * Accounts that customers connect by giving consent. `C` is the type of the client that acts for one.
 */
export interface OAuthResource<C> {
  /** Webhooks of the app: events of the customers who connected their accounts to it. */
  readonly webhooks: PartnerWebhooksResource;

  /** Connections of the app as the API knows them, whatever the store has. */
  readonly remote: RemoteConnectionsResource;

  /**
   * Returns the URL to send a customer to for consent. Its `state` is encrypted, valid for ten minutes
   * and bound to `session`, so that a forged or replayed callback is refused.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/get-started
   *
   * @throws ValidationError when `session` is empty or there is no scope; TypeError for unknown options
   */
  authorizationUrl(options: AuthorizationUrlOptions): Promise<string>;

  /**
   * Handles the URL that the customer returned on: checks the state, exchanges the code, reads the
   * account and stores the connection. Each code is exchanged once across all processes that share the
   * store: when two callbacks bring the same code, as after a double click, the second waits for the
   * first and returns the same connection, or is refused with `code_used`. The webhooks of the option
   * `oauth.webhooks` are connected to the account; where that fails, the result says so, and the connection
   * is stored all the same. So it is where the customer has not granted `account_details:read`, which
   * reading the account needs.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/get-started
   *
   * @throws OAuthCallbackError when the customer declined, the state is not this session's or has
   *   expired, or the code has expired or was already used; the customer has to start again
   * @throws TokenRefreshUnavailableError when the connection cannot be stored; the usual call errors
   *   when Airwallex cannot be reached
   */
  handleCallback(url: string | URL, options: { readonly session: string }): Promise<CallbackResult>;

  /**
   * Returns a client that acts for the customer. Its tokens are renewed automatically, safely across
   * processes and crashes.
   *
   * It can make the calls that the granted scopes allow: `accounts.current` and `accounts.walletInfo`
   * with `account_details:read`, `balances.current` with `balance:read`, and a few more listed in
   * docs/oauth.md. Calls reserved for the platform, such as `accounts.create`, `transfers` and
   * `onboarding`, are refused with `ApiError` `forbidden`.
   *
   * Its calls reject with `ConnectionRevokedError` when the customer has to consent again, with
   * `RefreshOutcomeUnknownError` when the response to a refresh was lost and it is too late to retry,
   * and with `TokenRefreshUnavailableError` when a later attempt can succeed.
   *
   * @throws ValidationError when the id is missing or empty
   */
  connection(id: string): C;

  /**
   * The connection as stored, without its tokens; undefined when there is none.
   *
   * @throws ValidationError when the id is missing or empty
   */
  retrieve(id: string): Promise<Connection | undefined>;

  /** Every connection of this app. */
  list(): AsyncIterable<Connection>;

  /**
   * Renews the tokens now.
   *
   * @param options `force` uses a refresh token again although the outcome of its last use is unknown;
   *   a last resort
   * @throws ValidationError when the id is missing or empty; otherwise what calls for the customer reject with
   */
  refresh(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;

  /**
   * Renews every connection that is about to expire; meant for a nightly job. A failure does not stop
   * it, and calls that wait for tokens go first. Where the server gave no expiry, 60 days after the last
   * renewal is assumed. When several run at the same time, each connection is renewed by one of them.
   *
   * @throws RangeError when `withinMs` or `concurrency` is below 1 or not finite
   */
  refreshExpiring(options: RefreshExpiringOptions): Promise<RefreshExpiringResult>;

  /**
   * Marks the connections of customers who have disconnected as revoked, so that calls for them reject with
   * `ConnectionRevokedError` without a request, and no job renews them. Takes the event that a handler of
   * `airwallex-connect/webhooks` receives, whose signature is then verified. It may be delivered twice, late,
   * and for accounts that are not known here: a connection to which the customer has consented since stays
   * as it is.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/manage-connections
   *
   * @throws ValidationError for another event, or for one that names no account; StoreError when the store
   *   cannot be reached: let the event be delivered again
   *
   * @example
   * const hooks = createWebhooks({ secrets: "whsec_test" })
   *   .on("connection.disconnected", (event) => client.oauth.handleDisconnected(event))
   *   .on("partner_connection.disconnected", (event) => client.oauth.handleDisconnected(event));
   */
  handleDisconnected(event: DisconnectedEvent): Promise<DisconnectedResult>;

  /**
   * Compares the connections in the store with those of the API: who has disconnected without an event about
   * it having been handled, and whose tokens are nowhere. It reads both lists whole; meant to be run by hand
   * or once a week.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/manage-connections
   *
   * @throws StoreError with `fix`, when the store cannot be reached; run it again
   *
   * @example
   * const { disconnected, withoutTokens } = await client.oauth.reconcile({ fix: true });
   * console.log(disconnected.length, "revoked;", withoutTokens.length, "have to consent again");
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileResult>;

  /**
   * Deletes a connection from the store. The customer's consent at Airwallex remains.
   *
   * @returns whether there was one
   * @throws ValidationError when the id is missing or empty
   */
  delete(id: string): Promise<boolean>;

  /** Only exchanges the code, for apps that store tokens themselves. The result is secret. */
  exchangeCode(
    code: string,
    options?: { readonly codeVerifier?: string | undefined },
  ): Promise<TokenPair>;
}

export interface OAuthTools<C> extends AuthorizationUrlTools, Omit<CallbackTools, "claims"> {
  readonly app: AuthorizationUrlTools["app"] & CallbackTools["app"];
  readonly store: Store;
  readonly keyPrefix: string;
  readonly clientOf: (connectionId: string) => C;
  readonly webhooks: PartnerWebhooksResource;
  readonly remote: RemoteConnectionsResource;
}

export function oauthResource<C>(tools: OAuthTools<C>): OAuthResource<C> {
  const { store, keyPrefix, endpoint, manager, clientOf } = tools;
  const records = createConnectionRecords(store, (id) => keyPrefix + id);
  const claims: CallbackClaims = createCodeClaims(store, keyPrefix);
  const { remote } = tools;
  const list = () => listAll(records);
  return {
    webhooks: tools.webhooks,
    remote,
    authorizationUrl: (options) => authorizationUrl(tools, options),
    async handleCallback(url, options) {
      checkOptions("Cannot call oauth.handleCallback", options, { session: "any" });
      return await handleCallback({ ...tools, claims }, url, options.session);
    },
    connection(id) {
      requireText("connection", { id });
      return clientOf(id);
    },
    async retrieve(id) {
      requireText("retrieve", { id });
      return await records.read(id);
    },
    list,
    reconcile: (options) => {
      const listRemote = () => remote.list({ page_size: 100 });
      return reconcile({ listRemote, listStored: list, manager }, options);
    },
    async refresh(id, options = {}) {
      checkOptions("Cannot call oauth.refresh", options, { force: "boolean" });
      requireText("refresh", { id });
      return (await manager.renew(id, { force: options.force })).connection;
    },
    refreshExpiring: (options) =>
      refreshExpiring({ records, manager, random: Math.random }, options),
    handleDisconnected: (event) => handleDisconnected(tools, event),
    async delete(id) {
      requireText("delete", { id });
      manager.forget(id);
      return await records.delete(id);
    },
    async exchangeCode(code, options = {}) {
      checkOptions("Cannot call oauth.exchangeCode", options, { codeVerifier: "string" });
      requireText("exchangeCode", { code });
      return await endpoint.exchangeCode(code, options.codeVerifier);
    },
  };
}

/** An id that got lost in the app must not look like a customer who has to consent again. */
function requireText(method: string, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string" && value !== "") continue;
    const found = value === "" ? "empty" : kindOf(value);
    const issue = { path: [name], message: `is ${found}, expected a string` };
    throw new ValidationError(`oauth.${method}`, [issue]);
  }
}

/** A list reads so many records at the same time, as a pool of Postgres has connections by default. */
const readsAtOnce = 10;

async function* listAll(records: ConnectionRecords): AsyncGenerator<Connection> {
  for await (const page of records.pages()) {
    for (let first = 0; first < page.length; first += readsAtOnce) {
      const some = page.slice(first, first + readsAtOnce);
      const connections = await Promise.all(some.map(({ id }) => records.read(id)));
      yield* connections.filter((connection) => connection !== undefined);
    }
  }
}
