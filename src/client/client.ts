/** The composition root: options in, resources out. Wiring only. */

import { login } from "../auth/login.js";
import { createTokenManager, type IssuedToken, type TokenManager } from "../auth/token-manager.js";
import { withAuth } from "../auth/with-auth.js";
import { type Call, createCall } from "../call/call.js";
import { createDownload } from "../call/download.js";
import { type RequestFunction, requestFunction } from "../call/request-function.js";
import type { CallSettings } from "../call/settings.js";
import { createConnectionManager } from "../oauth/connection-manager.js";
import { rotationLimits } from "../oauth/limits.js";
import { type OAuthResource, oauthResource } from "../oauth/resource.js";
import { createStateSealer } from "../oauth/state.js";
import { createTokenEndpoint } from "../oauth/token-endpoint.js";
import { type OnboardingResource, onboardingResource } from "../onboarding/resource.js";
import { createTopics } from "../report/observe.js";
import { type AccountsResource, accountsResource } from "../resources/accounts.js";
import { type AmendmentsResource, amendmentsResource } from "../resources/amendments.js";
import { type BalancesResource, balancesResource } from "../resources/balances.js";
import { type CapabilitiesResource, capabilitiesResource } from "../resources/capabilities.js";
import { type ChargesResource, chargesResource } from "../resources/charges.js";
import { type EmbeddedResource, embeddedResource } from "../resources/embedded.js";
import { type FilesResource, filesResource } from "../resources/files.js";
import { type HostedFlowsResource, hostedFlowsResource } from "../resources/hosted-flows.js";
import {
  type InvitationLinksResource,
  invitationLinksResource,
} from "../resources/invitation-links.js";
import { type OffboardingsResource, offboardingsResource } from "../resources/offboardings.js";
import { type PlatformReportsResource, platformReportsResource } from "../resources/reports.js";
import { type RfisResource, rfisResource } from "../resources/rfis.js";
import { type SimulationResource, simulationResource } from "../resources/simulation.js";
import { type TransfersResource, transfersResource } from "../resources/transfers.js";
import { type WebhooksResource, webhooksResource } from "../resources/webhooks.js";
import { createCoolDown } from "../retry/cool-down.js";
import { createRateLimiter, type RateLimiter } from "../retry/rate-limit.js";
import { withRetry } from "../retry/retry.js";
import { fetchTransport } from "../transport/fetch.js";
import { createTransport } from "../transport/undici.js";
import type { Send } from "../transport/wire.js";
import type { ClientOptions, ClientOverrides, Environment, OAuthOptions } from "./options.js";
import { type OAuthSettings, readOptions, type Settings } from "./read-options.js";
import { keepRecent } from "./recent.js";

/**
 * A client for one Airwallex account. Cheap to derive from, safe to share, immutable.
 *
 * `E` is the environment: a production client has no `simulation`, neither in the types nor at run time.
 */
export type Client<E extends Environment = Environment> = BaseClient<E> &
  (E extends "production"
    ? unknown
    : {
        /** Triggers what happens on its own in production: reviews, deposits, decisions. */
        readonly simulation: SimulationResource;
      });

/**
 * A client with a partner's OAuth app. `oauth.connection(id)` calls with a customer's token, everything
 * else with the platform's API key. A client that has only `oauth` rejects those other calls with a
 * TypeError before anything is sent.
 */
export type ClientWithOAuth<E extends Environment = Environment> = Client<E> & {
  /** Customers who connect their own accounts by consent. Needs no API key. */
  readonly oauth: OAuthResource<Client<E>>;
};

interface BaseClient<E extends Environment> {
  /** The environment it calls, as given to {@link createClient}. */
  readonly environment: E;
  /** Connected accounts: create, update, submit, list, wait for a status. */
  readonly accounts: AccountsResource;
  /** Documents and photos for verification: upload and download. */
  readonly files: FilesResource;
  /** Moves money from one of the platform's accounts to another. */
  readonly transfers: TransfersResource;
  /** Pulls money from connected accounts to the platform. */
  readonly charges: ChargesResource;
  /** What the account holds in each currency. */
  readonly balances: BalancesResource;
  /** Reports on the platform's accounts, delivered as files. */
  readonly platformReports: PlatformReportsResource;
  /** Reports that break deposits down into their parts. */
  /** Event subscriptions. Read what they deliver with `airwallex-connect/webhooks`. */
  readonly webhooks: WebhooksResource;
  /** Requests for information (RFIs): a reviewer's questions, and your answers. */
  readonly rfis: RfisResource;
  /** Changes to verified accounts. */
  readonly amendments: AmendmentsResource;
  /** Closes accounts for good. */
  readonly offboardings: OffboardingsResource;
  /** Links that invite customers. */
  readonly invitationLinks: InvitationLinksResource;
  /** What an account can do once enabled. */
  readonly capabilities: CapabilitiesResource;
  /** Pages hosted by Airwallex, for account owners. */
  readonly hostedFlows: HostedFlowsResource;
  /** Airwallex components embedded in your own pages. */
  readonly embedded: EmbeddedResource;
  /** Onboards many accounts at once, from a list of sellers. */
  readonly onboarding: OnboardingResource;
  /**
   * Calls any endpoint, including those this package does not model, with the same token, retries and
   * errors.
   *
   * @example
   * const wallet = await client.request<{ account_number: string }>({
   *   method: "GET",
   *   path: "/api/v1/account/wallet_info",
   * });
   */
  readonly request: RequestFunction;
  /**
   * The same client acting for a connected account, through `x-on-behalf-of`.
   *
   * @throws TypeError if the id is missing or empty
   */
  onBehalfOf(accountId: string): Client<E>;
  /**
   * The same client with other settings. Connections and token are shared.
   *
   * @throws TypeError, RangeError for invalid settings
   *
   * @example
   * const patient = client.withOptions({ timeoutMs: 120_000, maxRetries: 5 });
   */
  withOptions(overrides: ClientOverrides): Client<E>;
  /** Closes idle connections. Optional: nothing here keeps a process from exiting. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a client. Nothing is loaded or opened before the first call.
 *
 * With `clientId` and `apiKey` it calls for the platform's own account, and for its connected accounts
 * through `onBehalfOf`. With `oauth` it has `oauth.connection(id)`, which calls for customers; with `oauth`
 * alone, that is all it can call.
 *
 * @throws TypeError, RangeError for invalid options; ValidationError for `headers` that cannot be sent
 *
 * @example
 * const client = createClient({
 *   environment: "sandbox",
 *   clientId: process.env.AIRWALLEX_CLIENT_ID!,
 *   apiKey: process.env.AIRWALLEX_API_KEY!,
 * });
 */
export function createClient<const E extends Environment>(
  options: ClientOptions<E> & { readonly oauth: OAuthOptions },
): ClientWithOAuth<E>;
export function createClient<const E extends Environment>(options: ClientOptions<E>): Client<E>;
export function createClient(options: ClientOptions): unknown {
  const settings = readOptions(options);
  const transport = options.fetch
    ? fetchTransport(options.fetch)
    : createTransport(settings.transport);
  const topics = createTopics(options.observer);
  const random = Math.random;
  const retry = { topics, random, coolDown: createCoolDown(random) };
  const limiter = createRateLimiter(settings.rateLimit.limits);
  const shared: Shared = {
    topics,
    random,
    send: withRetry(transport.send, retry),
    spacedSend: withRetry(transport.send, { ...retry, limiter }),
    close: () => transport.close(),
    limiter,
    tokens: new Map(),
  };
  const client = assemble(shared, settings, {
    tokensFor: (own) => tokensOf(shared, own),
    callerOf,
  });
  const oauth = settings.oauth && assembleOAuth(shared, settings, settings.oauth);
  return Object.freeze(oauth ? { ...client, oauth } : client);
}

/** Apps derive a client per account for every call, so recent ones are cached; each takes a few kilobytes. */
const keptClients = 1000;

/** What a client and everything derived from it have in common. */
interface Shared extends Pick<CallSettings, "topics" | "random"> {
  readonly send: Send;
  /** Waits for its turn under the rate limit before each attempt. */
  readonly spacedSend: Send;
  readonly close: () => Promise<void>;
  /** The limits belong to the platform's account, whichever account it acts for. */
  readonly limiter: RateLimiter;
  /** Keyed by the account to log in as. */
  readonly tokens: Map<string, TokenManager>;
}

/** What to check after a 401, where more than the API key can be wrong. */
const checks = {
  loginAs: "check clientId, apiKey and loginAs, and that they belong to this environment",
  app: "check oauth.clientId and oauth.clientSecret, and that they belong to this environment",
  connection: "check the scopes that the customer granted",
};

/** Who is calling, and with whose tokens. */
interface Identity {
  /** The token manager for a client with these settings. */
  readonly tokensFor: (settings: Settings) => TokenManager;
  /** Identifies the caller in whatever outlives the process. */
  readonly callerOf: (settings: Settings) => string;
  /** What to check when such a token is refused. */
  readonly check?: string;
}

function assemble(shared: Shared, settings: Settings, identity: Identity): BaseClient<Environment> {
  const { topics, random, send, spacedSend, close, limiter } = shared;
  const { tokensFor, callerOf, check } = identity;
  const tokens = tokensFor(settings);
  const refused = { unauthorized: "token_refused", check } as const;
  const base: CallSettings = { ...settings.call, topics, random, ...refused };
  const everySend = settings.rateLimit.everyCall ? spacedSend : send;
  const call = createCall(withAuth(everySend, tokens), base);
  const derive = (overrides: ClientOverrides): BaseClient<Environment> =>
    Object.freeze(assemble(shared, settings.override(overrides), identity));
  return {
    environment: settings.environment,
    accounts: accountsResource(call),
    files: filesResource(call, createDownload(send, base)),
    transfers: transfersResource(call),
    charges: chargesResource(call),
    balances: balancesResource(call),
    platformReports: platformReportsResource(call),
    webhooks: webhooksResource(call),
    rfis: rfisResource(call),
    amendments: amendmentsResource(call),
    offboardings: offboardingsResource(call),
    invitationLinks: invitationLinksResource(call),
    capabilities: capabilitiesResource(call),
    hostedFlows: hostedFlowsResource(call),
    embedded: embeddedResource(call),
    onboarding: onboardingResource(() => {
      const spaced = createCall(withAuth(spacedSend, tokens), base);
      return {
        platform: platformOf(settings, callerOf(settings)),
        accounts: accountsResource(spaced),
        files: filesResource(spaced, createDownload(send, base)),
        rfis: rfisResource(spaced),
        perEndpointPerSecond: limiter.limits.perEndpointPerSecond,
      };
    }),
    ...(settings.environment === "production" ? {} : { simulation: simulationResource(call) }),
    request: requestFunction(call),
    // An id of undefined becomes "", which is rejected; otherwise the platform itself would act.
    onBehalfOf: keepRecent(keptClients, (id) => derive({ onBehalfOf: id ?? "" })),
    withOptions: derive,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Who logs in. */
function callerOf({ key }: Settings): string {
  return [key?.clientId, key?.loginAs].filter((name) => name !== undefined).join("/");
}

/** Identifies the platform whose accounts the client sees, to keep the records of platforms apart. */
function platformOf({ call }: Settings, caller: string): string {
  const { origin, prefix } = call.hosts.api;
  const parts = [origin.replace(/^\w+:\/\//, "") + prefix, caller, call.onBehalfOf ?? ""];
  return parts
    .filter((part) => part !== "")
    .map(encodeURIComponent)
    .join(":");
}

function tokensOf(shared: Shared, { call, key }: Settings): TokenManager {
  const name = key?.loginAs ?? "";
  const known = shared.tokens.get(name);
  if (known) return known;
  const { topics, random, send, limiter } = shared;
  const check = name === "" ? undefined : checks.loginAs;
  const refused = { unauthorized: "login_refused", check } as const;
  const bare: Call = createCall(send, {
    ...call,
    onBehalfOf: undefined,
    topics,
    random,
    ...refused,
  });
  const obtain = async (onRetry: (error: unknown) => void): Promise<IssuedToken> => {
    if (key) {
      limiter.passed();
      return await login(bare, key, onRetry);
    }
    throw new TypeError(
      "Cannot log in: the client has an oauth app and no apiKey; call oauth.connection(id) for what a customer allowed, or give clientId and apiKey for the platform's own account",
    );
  };
  const tokens = createTokenManager(obtain, topics);
  shared.tokens.set(name, tokens);
  return tokens;
}

function assembleOAuth(
  shared: Shared,
  settings: Settings,
  { app, tokenHost, store, keyPrefix }: OAuthSettings,
): OAuthResource<Client> {
  const { topics, random, send } = shared;
  const own: CallSettings = {
    ...settings.call,
    hosts: { api: tokenHost, files: tokenHost },
    onBehalfOf: undefined,
    topics,
    random,
    unauthorized: "login_refused",
    check: checks.app,
  };
  const endpoint = createTokenEndpoint(createCall(send, own), app);
  const manager = createConnectionManager({
    store,
    refresh: endpoint.refresh,
    keyOf: (id) => keyPrefix + id,
    publish: (event) => topics.connection.publish(event),
    limits: rotationLimits,
    nowMs: () => performance.now(),
    dateMs: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
    newId: () => crypto.randomUUID(),
  });
  const plain = settings.override({ onBehalfOf: undefined });
  const clientOf = (tokens: TokenManager, id: string): Client => {
    const callerOf = () => `${app.clientId}/${id}`;
    const identity = { tokensFor: () => tokens, callerOf, check: checks.connection };
    return Object.freeze(assemble(shared, plain, identity)) as Client;
  };
  return oauthResource({
    app,
    store,
    keyPrefix,
    endpoint,
    manager,
    sealer: createStateSealer(app.clientSecret),
    clientOf: keepRecent(keptClients, (id) => clientOf(manager.tokens(id), id)),
    readAccount: (token) => clientOf(onlyToken(token), "").accounts.current(),
  });
}

/** For the first call with a token that is not stored yet. */
function onlyToken(token: string): TokenManager {
  return { current: () => token, replace: async () => undefined };
}
