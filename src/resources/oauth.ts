/** Connections to existing Airwallex customers: consent, exchange, and tokens that renew themselves. */

import { createCodeClaims } from "../auth/code-claim.js";
import type { ConnectionManager } from "../auth/connection-manager.js";
import {
  type Connection,
  type ConnectionRecord,
  connectionId,
  readRecord,
  toConnection,
  toText,
} from "../auth/connection-record.js";
import type { OAuthEndpoint } from "../auth/oauth-endpoint.js";
import { createPkce, type StateSealer } from "../auth/oauth-state.js";
import type { TokenPair } from "../auth/oauth-tokens.js";
import type { Issue } from "../errors.js";
import {
  ApiError,
  AuthenticationError,
  OAuthCallbackError,
  ShapeError,
  TokenRefreshUnavailableError,
  ValidationError,
} from "../errors.js";
import type { Account } from "../schemas/accounts.generated.js";
import { accountsCurrent } from "../schemas/endpoints.generated.js";
import { allOf, refuseUnknown } from "../schemas/known-names.js";
import type { Store } from "../stores/store.js";
import { declined, readCallback } from "./oauth-callback.js";

/** Options of `oauth.authorizationUrl`. */
export interface AuthorizationUrlOptions {
  /**
   * A value that the app keeps in this visitor's session, such as a random cookie: the callback is
   * accepted with the same value only. Use each once.
   */
  readonly session: string;
  /** Scopes to ask for. Default: those of the client's options. */
  readonly scopes?: readonly string[] | undefined;
  /** Whatever the app wants back from `handleCallback`. */
  readonly state?: string | undefined;
  /** Offer new customers to sign up. Default: false. */
  readonly signUp?: boolean | undefined;
  /** Bind the code to this flow by PKCE. Default: false. */
  readonly pkce?: boolean | undefined;
}

/** What a callback brought. */
export interface CallbackResult {
  readonly connection: Connection;
  /** The account that was connected. */
  readonly account: Account;
  /** What `authorizationUrl` was given as `state`. */
  readonly state: string | undefined;
}

/** Options of `oauth.refreshExpiring`. */
export interface RefreshExpiringOptions {
  /** Renew connections whose refresh token ends within this time, in milliseconds. */
  readonly withinMs: number;
  /** How many at a time. Default: 4. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: RefreshProgress) => void) | undefined;
}

/** One connection has been looked at. */
export interface RefreshProgress {
  readonly connectionId: string;
  /** Undefined: it was renewed. */
  readonly error: unknown;
  /** Connections looked at so far. */
  readonly done: number;
}

/** Accounts that customers connect by consent. `C` is the kind of client that acts for one. */
export interface OAuthResource<C> {
  /**
   * Where to send a customer for consent. The `state` in it is encrypted, lives ten minutes and is bound
   * to `session`, so that a forged or replayed callback is refused.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/get-started
   *
   * @throws ValidationError when `session` is empty or there is no scope
   */
  authorizationUrl(options: AuthorizationUrlOptions): Promise<string>;

  /**
   * Takes the URL that the customer came back on: checks the state, exchanges the code, reads the
   * account and stores the connection. Each code is exchanged once, over all processes that share the
   * store: of two callbacks with the same one, such as a double click, the second waits for the first
   * and brings the same connection, or is refused with `code_used`.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/get-started
   *
   * @throws OAuthCallbackError when the customer declined, the state is not this session's or too old,
   *   or the code is too old or was used; the customer has to begin again
   * @throws TokenRefreshUnavailableError when the connection cannot be stored; the errors of a call
   *   when Airwallex cannot be reached
   */
  handleCallback(url: string | URL, options: { readonly session: string }): Promise<CallbackResult>;

  /**
   * A client that acts for the customer. Its token renews itself, safely across processes and crashes.
   *
   * It can call what the granted scopes allow: with `account_details:read` `accounts.current` and
   * `accounts.walletInfo`, with `balance:read` `balances.current`, and a few more, which docs/oauth.md
   * lists. Calls that are the platform's, such as `accounts.create`, `transfers` and `onboarding`, are
   * refused with `ApiError` `forbidden`.
   *
   * Its calls reject with `ConnectionRevokedError` when the customer has to consent again, with
   * `RefreshOutcomeUnknownError` when a refresh was lost for too long, and with
   * `TokenRefreshUnavailableError` when trying again later helps.
   */
  connection(id: string): C;

  /** The connection as stored, without its tokens; undefined when there is none. */
  retrieve(id: string): Promise<Connection | undefined>;

  /** Every connection of this app. */
  list(): AsyncIterable<Connection>;

  /**
   * Renews the tokens now.
   *
   * @param options `force` spends a refresh token whose outcome is unknown, as a last resort
   */
  refresh(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;

  /**
   * Renews every connection that is close to its end; for a nightly job. Failures do not stop it. Where
   * the server has not said when that is, it is taken for 60 days after the last renewal.
   *
   * @throws RangeError when `withinMs` or `concurrency` is below 1 or endless
   */
  refreshExpiring(
    options: RefreshExpiringOptions,
  ): Promise<{ readonly refreshed: number; readonly failed: number }>;

  /** Deletes what is stored of a connection. The customer's consent at Airwallex stays. */
  forget(id: string): Promise<boolean>;

  /** The bare exchange, for apps that store tokens themselves. What it answers is secret. */
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

  /** Replaces what was stored of an earlier consent; whoever was renewing that is fenced off. */
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
    async forget(id) {
      manager.forget(id);
      // A deletion keeps the fence of the key, also where there was nothing to delete.
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

/** Stored without it, one customer's connection would take the place of another's. */
function withoutId(account: unknown): ShapeError {
  const { name: operation, method, path } = accountsCurrent;
  const facts = { operation, method, path, outcome: "done", attempts: 1 } as const;
  const message =
    "Cannot store the connection: neither its account nor its tokens name the account";
  return new ShapeError("unexpected_shape", message, facts, [], account);
}

/** Only another consent helps, so it is no failure of the server or the network. */
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
