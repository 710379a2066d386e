/** Connections to existing Airwallex customers: consent, code exchange, and token renewal. */

import { createPkce } from "../auth/pkce.js";
import { allOf, refuseUnknown } from "../checks/options.js";
import type { Issue } from "../errors/index.js";
import {
  ApiError,
  AuthenticationError,
  OAuthCallbackError,
  ShapeError,
  TokenRefreshUnavailableError,
  ValidationError,
} from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import { accountsCurrent } from "../generated/endpoints.js";
import type { Store } from "../stores/store.js";
import { declined, readCallback } from "./callback.js";
import { createCodeClaims } from "./code-claim.js";
import type { ConnectionManager } from "./connection-manager.js";
import {
  type Connection,
  type ConnectionRecord,
  connectionId,
  readRecord,
  toConnection,
  toText,
} from "./connection-record.js";
import type { StateSealer } from "./state.js";
import type { OAuthEndpoint } from "./token-endpoint.js";
import type { TokenPair } from "./tokens.js";

/** Options of `oauth.authorizationUrl`. */
export interface AuthorizationUrlOptions {
  /**
   * A value that the app keeps in this visitor's session, such as a random cookie. The callback is
   * accepted only with the same value. Use each value once.
   */
  readonly session: string;
  /** Scopes to request. Default: those in the client's options. */
  readonly scopes?: readonly string[] | undefined;
  /** Any string that the app wants back from `handleCallback`. */
  readonly state?: string | undefined;
  /** Offer sign-up to new customers. Default: false. */
  readonly signUp?: boolean | undefined;
  /** Bind the code to this flow with PKCE. Default: false. */
  readonly pkce?: boolean | undefined;
}

/** The result of a callback. */
export interface CallbackResult {
  readonly connection: Connection;
  /** The account that was connected. */
  readonly account: Account;
  /** The `state` that was passed to `authorizationUrl`. */
  readonly state: string | undefined;
}

/** Options of `oauth.refreshExpiring`. */
export interface RefreshExpiringOptions {
  /** Renew connections whose refresh token expires within this time, in milliseconds. */
  readonly withinMs: number;
  /** How many to renew at a time. Default: 4. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: RefreshProgress) => void) | undefined;
}

/** Progress after each connection. */
export interface RefreshProgress {
  readonly connectionId: string;
  /** Undefined if the connection was renewed. */
  readonly error: unknown;
  /** Connections processed so far. */
  readonly done: number;
}

/**
 * Accounts that customers connect by giving consent. `C` is the type of the client that acts for one.
 */
export interface OAuthResource<C> {
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
   * first and returns the same connection, or is refused with `code_used`.
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
   */
  connection(id: string): C;

  /** The connection as stored, without its tokens; undefined when there is none. */
  retrieve(id: string): Promise<Connection | undefined>;

  /** Every connection of this app. */
  list(): AsyncIterable<Connection>;

  /**
   * Renews the tokens now.
   *
   * @param options `force` uses a refresh token again although the outcome of its last use is unknown;
   *   a last resort
   */
  refresh(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;

  /**
   * Renews every connection that is about to expire; meant for a nightly job. A failure does not stop
   * it. Where the server gave no expiry, 60 days after the last renewal is assumed.
   *
   * @throws RangeError when `withinMs` or `concurrency` is below 1 or not finite
   */
  refreshExpiring(
    options: RefreshExpiringOptions,
  ): Promise<{ readonly refreshed: number; readonly failed: number }>;

  /** Deletes a connection from the store. The customer's consent at Airwallex remains. */
  delete(id: string): Promise<boolean>;

  /** Only exchanges the code, for apps that store tokens themselves. The result is secret. */
  exchangeCode(
    code: string,
    options?: { readonly codeVerifier?: string | undefined },
  ): Promise<TokenPair>;
}

export interface OAuthTools<C> {
  readonly app: {
    readonly clientId: string;
    readonly redirectUri: string;
    readonly authorizeUrl: string;
    readonly scopes: readonly string[];
  };
  readonly store: Store;
  readonly keyPrefix: string;
  readonly endpoint: OAuthEndpoint;
  readonly sealer: StateSealer;
  readonly manager: ConnectionManager;
  readonly clientOf: (connectionId: string) => C;
  readonly readAccount: (accessToken: string) => Promise<Account>;
}

const storeLease = { leaseMs: 15_000, waitMs: 30_000 };

export function oauthResource<C>(tools: OAuthTools<C>): OAuthResource<C> {
  const { app, store, keyPrefix, endpoint, sealer, manager, clientOf } = tools;
  const keyOf = (id: string): string => keyPrefix + id;
  const once = createCodeClaims<CallbackResult>(store, keyPrefix);

  async function retrieve(id: string): Promise<Connection | undefined> {
    const stored = await store.read(keyOf(id));
    return stored && toConnection(readRecord(stored).record);
  }

  async function* keys(expiringBeforeMs?: number): AsyncGenerator<string> {
    let cursor: string | undefined;
    do {
      const page = await store.list({ prefix: keyPrefix, expiringBeforeMs, cursor });
      for (const { key } of page.keys) yield key.slice(keyPrefix.length);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /**
   * Replaces the record of an earlier consent; a process that is still renewing that one is fenced off.
   */
  async function keep(record: ConnectionRecord): Promise<void> {
    const key = keyOf(record.id);
    const result = await store.withLease(key, storeLease, ({ fence, record: before }) =>
      store.compareAndSet(key, {
        ...toText(record),
        expectedVersion: before?.version ?? 0,
        fence,
      }),
    );
    manager.forget(record.id);
    if (result.kind === "worked" && result.result) return;
    const reason = new Error("another process holds the connection; the new consent is not stored");
    throw new TokenRefreshUnavailableError(record.id, reason);
  }

  return {
    retrieve,
    connection: clientOf,
    async authorizationUrl(options) {
      refuseUnknown("Cannot call oauth.authorizationUrl", options, urlOptions);
      const { session, scopes = app.scopes, state, signUp, pkce } = options;
      refuseOptions(session, scopes);
      const proof = pkce ? await createPkce() : undefined;
      const sealed = await sealer.seal({ state, codeVerifier: proof?.verifier }, session);
      const url = new URL(app.authorizeUrl);
      url.searchParams.set("response_type", "code");
      url.searchParams.set("client_id", app.clientId);
      url.searchParams.set("redirect_uri", app.redirectUri);
      url.searchParams.set("scope", scopes.join(" "));
      url.searchParams.set("state", sealed);
      if (signUp) url.searchParams.set("sign_up", "true");
      if (proof) {
        url.searchParams.set("code_challenge", proof.challenge);
        url.searchParams.set("code_challenge_method", "S256");
      }
      return url.href;
    },
    async handleCallback(url, { session }) {
      const query = readCallback(url, app.redirectUri);
      const { state, codeVerifier } = await sealer.open(query.state, session);
      if (query.error !== undefined) throw declined(query.error);
      if (query.code === undefined) throw new OAuthCallbackError("code_missing");
      const { code } = query;
      return await once({ state: query.state, code }, async () => {
        const pair = await endpoint.exchangeCode(code, codeVerifier).catch(refuseCode);
        const account = await tools.readAccount(pair.accessToken);
        const accountId = account?.id || pair.accountId;
        if (accountId === undefined) throw withoutId(account);
        const record = newRecord(app.clientId, accountId, pair);
        await keep(record);
        return { connection: toConnection(record), account, state };
      });
    },
    async *list() {
      for await (const id of keys()) {
        const connection = await retrieve(id);
        if (connection) yield connection;
      }
    },
    refresh: (id, options) => manager.renew(id, options),
    async refreshExpiring({ withinMs, concurrency = 4, onProgress }) {
      refuseNumbers({ withinMs, concurrency });
      const ids = keys(Date.now() + Math.ceil(withinMs));
      const count = { refreshed: 0, failed: 0 };
      const work = async (): Promise<void> => {
        for (let next = await ids.next(); !next.done; next = await ids.next()) {
          const connectionId = next.value;
          const error = await manager.renew(connectionId).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) count.refreshed += 1;
          else count.failed += 1;
          onProgress?.({ connectionId, error, done: count.refreshed + count.failed });
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return count;
    },
    async delete(id) {
      manager.forget(id);
      // A deletion keeps the fence of the key, even when there was nothing to delete.
      if (!(await store.read(keyOf(id)))) return false;
      return await store.delete(keyOf(id));
    },
    exchangeCode: (code, { codeVerifier } = {}) => endpoint.exchangeCode(code, codeVerifier),
  };
}

function refuseOptions(session: unknown, scopes: readonly string[]): void {
  const issues: Issue[] = [];
  if (typeof session !== "string" || session === "") {
    const message = "is missing, expected a value that the visitor's session keeps";
    issues.push({ path: ["session"], message });
  }
  if (scopes.length === 0) issues.push({ path: ["scopes"], message: "is empty, expected a scope" });
  if (issues.length > 0) throw new ValidationError("oauth.authorizationUrl", issues);
}

function refuseNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isFinite(number) && number >= 1) continue;
    throw new RangeError(
      `Cannot call oauth.refreshExpiring: ${name} is ${number}, expected a number of at least 1`,
    );
  }
}

const urlOptions = allOf<keyof AuthorizationUrlOptions>({
  session: true,
  scopes: true,
  state: true,
  signUp: true,
  pkce: true,
});

/** Without an account id, one customer's connection would overwrite another's. */
function withoutId(account: unknown): ShapeError {
  const { name: operation, method, path } = accountsCurrent;
  const facts = { operation, method, path, outcome: "done", attempts: 1 } as const;
  const message =
    "Cannot store the connection: neither its account nor its tokens name the account";
  return new ShapeError("unexpected_shape", message, facts, [], account);
}

/** Only a new consent helps, so this is not a failure of the server or the network. */
function refuseCode(error: unknown): never {
  const isAnswer = error instanceof ApiError || error instanceof AuthenticationError;
  if (!isAnswer || error.apiCode !== "invalid_grant") throw error;
  throw new OAuthCallbackError("code_refused", error.apiCode, error);
}

function newRecord(clientId: string, accountId: string, pair: TokenPair): ConnectionRecord {
  const now = Date.now();
  const { refreshLifetimeMs } = pair;
  return {
    id: connectionId(clientId, accountId),
    accountId,
    orgId: pair.orgId,
    scopes: pair.scopes,
    connectedAtMs: now,
    rotatedAtMs: now,
    refreshExpiresAtMs: refreshLifetimeMs === undefined ? undefined : now + refreshLifetimeMs,
    status: "connected",
    accessToken: pair.accessToken,
    accessLeftMs: pair.accessLifetimeMs,
    refreshToken: pair.refreshToken,
  };
}
