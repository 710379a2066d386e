/** Reads and checks a client's options, once. */

import type { ApiKey } from "../auth/login.js";
import { isVersion } from "../call/headers.js";
import type { CallSettings } from "../call/settings.js";
import { allOf, checkOptions, refuseUnknown } from "../checks/options.js";
import { entryOf, isObject, kindOf } from "../checks/values.js";
import type { Observer } from "../report/observe.js";
import type { RateLimits } from "../retry/pace.js";
import type { Store } from "../stores/store.js";
import type { TransportOptions } from "../transport/transport.js";
import { isOldDispatcher } from "../transport/undici.js";
import {
  oneOf,
  optionalId,
  positive,
  readFlag,
  readHost,
  readLimit,
  requireKey,
  requireStore,
  showChoice,
  wholeNumber,
  wrong,
} from "./option-checks.js";
import {
  apiVersion,
  type ClientOptions,
  type ClientOverrides,
  documentedLimits,
  type Environment,
  hosts,
  type RateLimitOptions,
} from "./options.js";
import { type OAuthSettings, readOAuth } from "./read-oauth-options.js";

/** Options with their defaults filled in. */
export interface Settings {
  readonly environment: Environment;
  /** Undefined when the client has only an OAuth app. */
  readonly key: ApiKey | undefined;
  readonly oauth: OAuthSettings | undefined;
  readonly tokenStore: Store | undefined;
  readonly call: Omit<CallSettings, "topics" | "random" | "unauthorized">;
  readonly transport: TransportOptions;
  readonly rateLimit: RateLimitSettings;
  override(overrides: ClientOverrides): Settings;
}

export interface RateLimitSettings {
  readonly limits: RateLimits;
  /** Through which processes share them. */
  readonly store: Store | undefined;
  /** Whether every call is held to the limits, or only those that opt in. */
  readonly everyCall: boolean;
}

const overridable: ReadonlySet<string> = allOf<keyof ClientOverrides>({
  onBehalfOf: true,
  loginAs: true,
  apiVersion: true,
  timeoutMs: true,
  maxRetries: true,
  headers: true,
  validation: true,
});

const known: ReadonlySet<string> = new Set([
  ...overridable,
  ...allOf<Exclude<keyof ClientOptions, keyof ClientOverrides>>({
    environment: true,
    clientId: true,
    apiKey: true,
    oauth: true,
    baseUrl: true,
    filesBaseUrl: true,
    allowInsecureHttp: true,
    maxSockets: true,
    connectTimeoutMs: true,
    maxResponseBytes: true,
    dispatcher: true,
    fetch: true,
    tokenStore: true,
    rateLimit: true,
    observer: true,
  }),
]);

export function readOptions(options: ClientOptions): Settings {
  refuseUnknown("Cannot create client", options, known);
  const { environment, dispatcher } = options;
  const places = entryOf(hosts, environment);
  if (!places) {
    throw new TypeError(
      `Cannot create client: environment is ${showChoice(environment)}, expected "production", "sandbox" or "demo"`,
    );
  }
  if (options.fetch !== undefined && typeof options.fetch !== "function") {
    throw wrong("fetch", "is not a function");
  }
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== "function") {
    throw wrong("dispatcher", "has no dispatch function, expected an undici Agent or the like");
  }
  if (dispatcher && isOldDispatcher(dispatcher)) {
    throw wrong("dispatcher", "is of undici 6 or older, expected one of undici 7 or newer");
  }
  if (dispatcher && options.fetch) {
    throw new TypeError("Cannot create client: both dispatcher and fetch are given, expected one");
  }
  const insecure = readFlag("allowInsecureHttp", options.allowInsecureHttp ?? false);
  checkObserver(options.observer);
  const api = readHost("baseUrl", options.baseUrl ?? places.api, insecure);
  const files = options.filesBaseUrl ?? options.baseUrl ?? places.files;
  const transport = {
    dispatcher,
    fetch: options.fetch,
    maxSockets: positive("maxSockets", options.maxSockets ?? 50),
    connectTimeoutMs: positive("connectTimeoutMs", options.connectTimeoutMs ?? 10_000),
    maxResponseBytes: readLimit(options.maxResponseBytes ?? 64 * 1024 * 1024),
  };
  const both = { api, files: readHost("filesBaseUrl", files, insecure) };
  const key = readKey(options);
  const tokenStore = readTokenStore(options.tokenStore, key);
  const oauth =
    options.oauth === undefined ? undefined : readOAuth(options.oauth, options, places, insecure);
  const rateLimit = readRateLimit(environment, options.rateLimit ?? false);
  return settle(
    { environment, key, oauth, tokenStore, hosts: both, transport, rateLimit },
    options,
  );
}

function readRateLimit(
  environment: Environment,
  given: boolean | RateLimitOptions,
): RateLimitSettings {
  const own = typeof given === "boolean" ? {} : given;
  const names = new Set([...Object.keys(documentedLimits[environment]), "shared"]);
  refuseUnknown("Cannot create client", own, names, "rateLimit.");
  const { shared, ...numbers } = own;
  const limits = { ...documentedLimits[environment], ...definedOf(numbers) };
  for (const [name, limit] of Object.entries(limits)) {
    positive(`rateLimit.${name}`, limit);
  }
  const store = shared === undefined ? undefined : requireStore("rateLimit.shared", shared);
  return { limits, store, everyCall: given !== false };
}

function definedOf(limits: Partial<RateLimits>): Partial<RateLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

function readKey({ clientId, apiKey, oauth }: ClientOptions): Omit<ApiKey, "loginAs"> | undefined {
  if (oauth && clientId === undefined && apiKey === undefined) return undefined;
  return { clientId: requireKey("clientId", clientId), apiKey: requireKey("apiKey", apiKey) };
}

function readTokenStore(
  store: Store | undefined,
  key: Omit<ApiKey, "loginAs"> | undefined,
): Store | undefined {
  if (store === undefined) return undefined;
  if (!key) throw wrong("tokenStore", "is given without an apiKey, whose login it would share");
  return requireStore("tokenStore", store);
}

function checkObserver(observer: Observer | undefined): void {
  if (observer === undefined) return;
  checkOptions<Observer>(
    "Cannot create client",
    observer,
    {
      onAttempt: "function",
      onRetry: "function",
      onDrift: "function",
      onToken: "function",
      onConnection: "function",
    },
    "observer.",
  );
}

interface Fixed {
  readonly environment: Environment;
  readonly key: Omit<ApiKey, "loginAs"> | undefined;
  readonly oauth: OAuthSettings | undefined;
  readonly tokenStore: Store | undefined;
  readonly hosts: CallSettings["hosts"];
  readonly transport: TransportOptions;
  readonly rateLimit: RateLimitSettings;
}

function settle(fixed: Fixed, options: ClientOverrides): Settings {
  const { environment, key, oauth, tokenStore, hosts: both, transport, rateLimit } = fixed;
  // Copied, so that later changes by the caller have no effect.
  const headers = { ...readHeaders(options.headers ?? {}) };
  const own = { ...options, headers };
  return {
    environment,
    transport,
    rateLimit,
    oauth,
    tokenStore,
    key: key && { ...key, loginAs: optionalId("loginAs", options.loginAs) },
    call: {
      hosts: both,
      timeoutMs: positive("timeoutMs", options.timeoutMs ?? 60_000),
      maxRetries: wholeNumber("maxRetries", options.maxRetries ?? 3),
      onBehalfOf: optionalId("onBehalfOf", options.onBehalfOf),
      apiVersion: readVersion(options.apiVersion),
      headers,
      validation: oneOf("validation", options.validation ?? "report", validations),
    },
    override(overrides) {
      refuseUnknown("Cannot create client", overrides, overridable);
      return settle(fixed, { ...own, ...overrides });
    },
  };
}

function readHeaders(headers: Readonly<Record<string, string>>): typeof headers {
  // By its tag: naming the class would have Node set up its own fetch, in every process that makes a client.
  const isHeaders = Object.prototype.toString.call(headers) === "[object Headers]";
  if (isObject(headers) && !isHeaders) return headers;
  const found = isHeaders ? "a Headers object" : kindOf(headers);
  throw wrong("headers", `is ${found}, expected an object with a string for each name`);
}

function readVersion(version: string | null | undefined): string | null {
  if (version === undefined) return apiVersion;
  if (isVersion(version)) return version;
  throw wrong("apiVersion", `is not a dated version, expected one such as ${apiVersion}, or null`);
}

const validations = ["report", "strict", "off"] as const;
