/** A client's options as they are passed in, and the hosts and limits of each environment. */

import type { Validation } from "../call/settings.js";
import type { OAuthScope } from "../generated/scopes.js";
import type { Observer } from "../report/observe.js";
import type { RateLimits } from "../retry/pace.js";
import type { Store } from "../stores/store.js";
import type { FetchLike } from "../transport/fetch.js";
import type { DispatcherLike } from "../transport/undici.js";

/** `demo` is the sandbox under its older host names. */
export type Environment = "production" | "sandbox" | "demo";

/** Settings that `withOptions()` can change on a derived client. */
export interface ClientOverrides {
  /** Connected account to act for, sent as `x-on-behalf-of`. */
  readonly onBehalfOf?: string | undefined;
  /** Account to log in as when a scoped key covers several; sent as `x-login-as`. */
  readonly loginAs?: string | undefined;
  /** Dated API version. Default: the one this package models; null uses the account's own. */
  readonly apiVersion?: string | null | undefined;
  /** Total time for a call in milliseconds, including login, waits, retries and body. Default: 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first. Default: 3. */
  readonly maxRetries?: number | undefined;
  /** Additional request headers, sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to do with a successful response of an unexpected shape. Default: `report`. */
  readonly validation?: Validation | undefined;
}

/** A partner's OAuth app, and where its connections are stored. */
export interface OAuthOptions {
  /** The app's id, as issued to the partner by Airwallex. Not the client id of an API key. */
  readonly clientId: string;
  /** The app's secret. It also encrypts the `state` of an authorization. */
  readonly clientSecret: string;
  /** Where customers return to, exactly as registered with Airwallex. */
  readonly redirectUri: string;
  /** Shared by every process that uses the same connections. */
  readonly store: Store;
  /**
   * Scopes to request, unless `authorizationUrl` is given others; docs/oauth.md lists what each opens. An
   * unknown one is requested too, with a process warning. Default: none.
   */
  readonly scopes?: readonly (OAuthScope | (string & {}))[] | undefined;
  /** Where customers consent. Default: depends on the environment, or below `baseUrl`. */
  readonly authorizeUrl?: string | URL | undefined;
  /** Where codes and refresh tokens are exchanged. Default: as for `authorizeUrl`. */
  readonly tokenUrl?: string | URL | undefined;
  /**
   * Ids of webhooks of the app, from `oauth.webhooks.create`. `handleCallback` connects every new connection
   * to them; `CallbackResult.failedWebhooks` and the observer tell where that failed. Default: none.
   */
  readonly webhooks?: readonly string[] | undefined;
  /** Prefix of every key in the store. Default: `airwallex:connection:`. */
  readonly keyPrefix?: string | undefined;
}

/** The API key of the platform's own account: Developer > API keys in the web app. */
export interface ApiKeyOptions {
  /** Client id that belongs to the API key. */
  readonly clientId: string;
  /** The API key. Production and the sandbox have different ones. */
  readonly apiKey: string;
}

interface KeyClientOptions extends ApiKeyOptions {
  /** A partner's OAuth app, for customers who connect their own accounts by consent. */
  readonly oauth?: OAuthOptions | undefined;
}

/** A client without an API key can only call `oauth` and its connections; all else rejects with TypeError. */
interface AppClientOptions {
  /** A partner's OAuth app, for customers who connect their own accounts by consent. */
  readonly oauth: OAuthOptions;
  readonly clientId?: undefined;
  readonly apiKey?: undefined;
}

/** Options of `rateLimit`. */
export interface RateLimitOptions extends Partial<RateLimits> {
  /**
   * Where processes share the limits of each account: per endpoint, in total and in flight. They take turns
   * a batch at a time, and a process that dies gives back its turns. A store that is away never fails a
   * call: each process then keeps to its share of the limits. Default: each process counts for itself.
   */
  readonly shared?: Store | undefined;
}

/** Options of `createClient`: an API key, an OAuth app, or both. */
export type ClientOptions<E extends Environment = Environment> = CommonOptions<E> &
  (KeyClientOptions | AppClientOptions);

/**
 * Options of a client with an OAuth app. Not `ClientOptions & { oauth }`: the compiler would answer a
 * `clientId` that may be undefined with "Property 'oauth' is missing".
 */
export type OAuthClientOptions<E extends Environment = Environment> = CommonOptions<E> &
  ((KeyClientOptions & { readonly oauth: OAuthOptions }) | AppClientOptions);

interface CommonOptions<E extends Environment> extends ClientOverrides {
  /** `production`, `sandbox` or `demo`. No default, so that real money never moves by accident. */
  readonly environment: E;
  /**
   * Another API host, such as the emulator's, without `/api/v1`. Plain `http:` is allowed for this machine
   * only. Default: the environment's host.
   */
  readonly baseUrl?: string | URL | undefined;
  /** Another host for `files.upload`, the only call to it. Default: `baseUrl` if given, else the environment's. */
  readonly filesBaseUrl?: string | URL | undefined;
  /** Allows `http:` to other machines, for an emulator in a container. Default: false. */
  readonly allowInsecureHttp?: boolean | undefined;
  /** Connections per host. Default: 50, the API's own limit on concurrent requests. */
  readonly maxSockets?: number | undefined;
  /** Time to open a connection in milliseconds; after that it is retried. Default: 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * The largest answer that is read, in bytes after decompression, up to 512 MB; a larger one is as good as
   * lost. Downloads are streams, and have no limit. Default: 64 MB.
   */
  readonly maxResponseBytes?: number | undefined;
  /** An undici 7 or 8 Agent, ProxyAgent or MockAgent to use. Closing the client does not close it. */
  readonly dispatcher?: DispatcherLike | undefined;
  /** A `fetch` to use instead of undici, for msw, the in-process emulator and the like. */
  readonly fetch?: FetchLike | undefined;
  /**
   * Where processes with the same API key share one login: the first stores its token, the others adopt it.
   * It is sealed with a key made of the API key. Without it, or while the store is away, each process logs
   * in for itself. Default: none.
   */
  readonly tokenStore?: Store | undefined;
  /**
   * Spaces calls out to stay within the API's limits instead of being refused. True uses the environment's
   * documented limits; `{ shared: store }` lets processes keep to them together, through a store. Default:
   * false, where only `onboarding.run` is spaced out.
   */
  readonly rateLimit?: boolean | RateLimitOptions | undefined;
  /** Hooks for logs and metrics, called for every attempt, retry, drift, token and connection event. */
  readonly observer?: Observer | undefined;
}

/** The dated API version that the account model describes. */
export const apiVersion = "2026-08-21";

/** The hosts of an environment. */
export interface Places {
  readonly api: string;
  readonly files: string;
  /** The web app, where customers consent. */
  readonly web: string;
}

export const hosts: Readonly<Record<Environment, Places>> = {
  production: {
    api: "https://api.airwallex.com",
    files: "https://files.airwallex.com",
    web: "https://www.airwallex.com",
  },
  sandbox: {
    api: "https://api.sandbox.airwallex.com",
    files: "https://files.sandbox.airwallex.com",
    web: "https://www.sandbox.airwallex.com",
  },
  demo: {
    api: "https://api-demo.airwallex.com",
    files: "https://files-demo.airwallex.com",
    web: "https://demo.airwallex.com",
  },
};

/** https://www.airwallex.com/docs/developer-tools/api/rate-limits, per account. */
const production: RateLimits = { perSecond: 100, perEndpointPerSecond: 20, concurrent: 50 };
const sandbox: RateLimits = { perSecond: 20, perEndpointPerSecond: 10, concurrent: 10 };
export const documentedLimits: Readonly<Record<Environment, RateLimits>> = {
  production,
  sandbox,
  demo: sandbox,
};
