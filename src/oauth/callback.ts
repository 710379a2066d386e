/** The URL that a customer returns on from the consent pages, and what becomes of its code. */

import { ApiError, AuthenticationError, OAuthCallbackError, ShapeError } from "../errors/index.js";
import type { Account } from "../generated/accounts.js";
import { accountsCurrent } from "../generated/endpoints.js";
import type { ConnectionEvent } from "../report/observe.js";
import type { CodeClaims } from "./code-claim.js";
import type { ConnectionManager } from "./connection-manager.js";
import { type Connection, newRecord } from "./connection-record.js";
import type { StateSealer } from "./state.js";
import type { TokenEndpoint } from "./token-endpoint.js";
import type { TokenPair } from "./tokens.js";

/** The result of a callback. */
export interface CallbackResult {
  readonly connection: Connection;
  /**
   * The account that was connected; undefined if the customer has not granted `account_details:read`.
   * `connection.accountId` is there in either case.
   */
  readonly account: Account | undefined;
  /** The `state` that was passed to `authorizationUrl`. */
  readonly state: string | undefined;
  /**
   * Webhooks of the option `oauth.webhooks` that do not receive the customer's events yet, because connecting
   * them failed; usually none. `oauth.webhooks.connect` tries again.
   */
  readonly failedWebhooks: readonly FailedWebhook[];
}

/** A webhook that a new connection could not be connected to, and why. */
export interface FailedWebhook {
  readonly webhookId: string;
  readonly error: unknown;
}

/** A pair, and when it was issued: by this process's clock, and in Unix milliseconds. */
interface Exchanged {
  readonly pair: TokenPair;
  readonly atMs: number;
  readonly dateMs: number;
  /** Whether the manager has the pair, and may have stored or even renewed it. */
  isHandedOver: boolean;
}

export type CallbackClaims = CodeClaims<Exchanged, Omit<CallbackResult, "state">>;

export interface CallbackTools {
  readonly app: {
    readonly clientId: string;
    readonly redirectUri: string;
    readonly webhooks: readonly string[];
  };
  readonly sealer: StateSealer;
  readonly endpoint: TokenEndpoint;
  readonly manager: ConnectionManager;
  readonly claims: CallbackClaims;
  readonly readAccount: (accessToken: string) => Promise<Account>;
  /** Sends the events of an account to a webhook of the app. */
  readonly connectWebhook: (webhookId: string, accountId: string) => Promise<unknown>;
  readonly publish: (event: ConnectionEvent) => void;
}

export async function handleCallback(
  tools: CallbackTools,
  url: string | URL,
  session: string,
): Promise<CallbackResult> {
  const { app, sealer, endpoint, manager, claims } = tools;
  const query = readCallback(url, app.redirectUri);
  const { state, codeVerifier } = await sealer.open(query.state, session);
  if (query.error !== undefined) throw declined(query.error);
  if (query.code === undefined) throw new OAuthCallbackError("code_missing");
  const { code } = query;
  const working = claims(
    { state: query.state, code },
    {
      async exchange() {
        const at = { atMs: manager.nowMs(), dateMs: Date.now(), isHandedOver: false };
        return { ...at, pair: await endpoint.exchangeCode(code, codeVerifier).catch(refuseCode) };
      },
      finish: (exchanged) => connect(tools, exchanged),
    },
  );
  return { ...(await manager.track(working)), state };
}

/** Stores the connection of a new pair, and connects the webhooks. */
async function connect(
  tools: CallbackTools,
  exchanged: Exchanged,
): Promise<Omit<CallbackResult, "state">> {
  const { app, manager } = tools;
  const { pair, atMs, dateMs, isHandedOver } = exchanged;
  const account = await accountOf(pair, tools);
  const accountId = account?.id || pair.accountId;
  if (accountId === undefined) throw withoutId(account);
  const record = newRecord(app.clientId, accountId, pair, dateMs);
  exchanged.isHandedOver = true;
  const connection = await manager.connect(record, atMs, isHandedOver);
  return { connection, account, failedWebhooks: await connectWebhooks(tools, connection) };
}

/** Without the scope for it the account stays unread: the tokens name its id, and must not be lost. */
async function accountOf(
  pair: TokenPair,
  { readAccount }: CallbackTools,
): Promise<Account | undefined> {
  try {
    return await readAccount(pair.accessToken);
  } catch (error) {
    const isForbidden = error instanceof ApiError && error.code === "forbidden";
    const isRefused = isForbidden || error instanceof AuthenticationError;
    if (isRefused && pair.accountId !== undefined) return undefined;
    throw error;
  }
}

/** A webhook that fails must not cost the connection, which is stored by now. */
async function connectWebhooks(
  { app, connectWebhook, publish }: CallbackTools,
  { id: connectionId, accountId }: Connection,
): Promise<readonly FailedWebhook[]> {
  const results = app.webhooks.map(async (webhookId) => {
    try {
      await connectWebhook(webhookId, accountId);
      return [];
    } catch (error) {
      publish({ kind: "webhook_failed", connectionId, webhookId });
      return [{ webhookId, error }];
    }
  });
  return (await Promise.all(results)).flat();
}

/** The parameters of the callback. */
interface CallbackQuery {
  readonly state: string;
  readonly code: string | undefined;
  readonly error: string | undefined;
}

/** @throws OAuthCallbackError when the URL cannot be parsed or has no `state` */
function readCallback(url: string | URL, redirectUri: string): CallbackQuery {
  // The engine's own error would quote the URL, and with it the code.
  const text = typeof url === "string" ? url : ((url as URL | undefined)?.href ?? "");
  if (!URL.canParse(text, redirectUri)) throw new OAuthCallbackError("state_missing");
  const { searchParams } = new URL(text, redirectUri);
  const state = searchParams.get("state");
  if (!state) throw new OAuthCallbackError("state_missing");
  return {
    state,
    code: searchParams.get("code") || undefined,
    error: searchParams.get("error") || undefined,
  };
}

function declined(error: string): OAuthCallbackError {
  if (error === "access_denied") return new OAuthCallbackError("access_denied");
  // Anyone can set this parameter, so only a plain word goes into the message.
  const plain = /^[\w.-]{1,64}$/.test(error) ? error : undefined;
  return new OAuthCallbackError("authorization_failed", plain);
}

/** Only a new consent helps, so this is not a failure of the server or the network. */
function refuseCode(error: unknown): never {
  const isAnswer = error instanceof ApiError || error instanceof AuthenticationError;
  if (!isAnswer || error.apiCode !== "invalid_grant") throw error;
  throw new OAuthCallbackError("code_refused", error.apiCode, error);
}

/** Without an account id, one customer's connection would overwrite another's. */
function withoutId(account: unknown): ShapeError {
  const { name: operation, method, path } = accountsCurrent;
  const facts = { operation, method, path, outcome: "done", attempts: 1 } as const;
  const message =
    "Cannot store the connection: neither its account nor its tokens name the account";
  return new ShapeError("unexpected_shape", message, facts, [], account);
}
