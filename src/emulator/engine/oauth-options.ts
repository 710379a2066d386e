/** The apps that may connect accounts, and the lifetimes of their codes and tokens. */

import { refuseOtherLists } from "../../checks/arguments.js";
import { checkOptions, type OptionKinds } from "../../checks/options.js";
import { kindOf } from "../../checks/values.js";
import type { OAuthScope } from "../../generated/scopes.js";
import { checkDuration, dayMs } from "./duration.js";

/** The client id of an emulator's default app. */
export const defaultOAuthClientId = "appid_emulator";

/** The client secret of an emulator's default app. It is not a secret. */
export const defaultOAuthClientSecret = "emulator_client_secret";

/** An app that customers can connect their accounts to. */
export interface OAuthApp {
  readonly clientId: string;
  /** Needed unless the app is public. */
  readonly clientSecret?: string | undefined;
  /**
   * Allowed redirect URIs, compared character by character. An entry that ends in `:*`, such as
   * `http://127.0.0.1:*`, matches every port and path of that host.
   */
  readonly redirectUris: readonly string[];
  /** Scopes that it may ask for, in either spelling; default every scope. Any other name opens nothing. */
  readonly scopes?: readonly (OAuthScope | (string & {}))[] | undefined;
  /** Whether it has no secret and proves itself with PKCE instead; default false. */
  readonly public?: boolean | undefined;
  /** The name on the consent page; default the client id. */
  readonly name?: string | undefined;
}

/** Options of OAuth connections. All are optional. */
export interface OAuthOptions {
  /**
   * Default one app, {@link defaultOAuthClientId} with {@link defaultOAuthClientSecret}, which may
   * redirect to any port and path of `http://127.0.0.1` and `http://localhost`.
   */
  readonly apps?: readonly OAuthApp[] | undefined;
  /** How long an access token works, in milliseconds, at least 1,000; default 5 minutes. */
  readonly accessTokenLifetimeMs?: number | undefined;
  /** How long a refresh token works, in milliseconds, at least 1,000; default 90 days. */
  readonly refreshTokenLifetimeMs?: number | undefined;
  /** How long a refresh token works after it was replaced, in milliseconds; default 1 minute. */
  readonly graceMs?: number | undefined;
  /** How long the code of a consent works, in milliseconds, at least 1,000; default 5 minutes. */
  readonly codeLifetimeMs?: number | undefined;
}

/** The options with every default filled in. */
export interface OAuthSettings {
  readonly apps: readonly OAuthApp[];
  readonly accessTokenLifetimeMs: number;
  readonly refreshTokenLifetimeMs: number;
  readonly graceMs: number;
  readonly codeLifetimeMs: number;
}

const defaultApp: OAuthApp = {
  clientId: defaultOAuthClientId,
  clientSecret: defaultOAuthClientSecret,
  redirectUris: ["http://127.0.0.1:*", "http://localhost:*"],
  name: "Emulator App",
};

const minuteMs = 60_000;
const kinds: OptionKinds<OAuthOptions> = {
  apps: "any",
  accessTokenLifetimeMs: "number",
  refreshTokenLifetimeMs: "number",
  graceMs: "number",
  codeLifetimeMs: "number",
};

const kindsOfApp: OptionKinds<OAuthApp> = {
  clientId: "string",
  clientSecret: "string",
  redirectUris: "any",
  scopes: "any",
  public: "boolean",
  name: "string",
};

/** @throws TypeError for an unknown name, RangeError for an invalid value. */
export function readOAuthOptions(options: OAuthOptions = {}): OAuthSettings {
  checkOptions("Cannot make emulator", options, kinds, "oauth.");
  const { apps = [defaultApp] } = options;
  if (!Array.isArray(apps)) {
    throw new TypeError(`Cannot make emulator: oauth.apps is ${kindOf(apps)}, expected a list`);
  }
  apps.forEach(checkApp);
  const ids = apps.map(({ clientId }) => clientId);
  if (new Set(ids).size < ids.length) refuse("apps", ids.join(", "), "different client ids");
  return {
    apps: structuredClone(apps),
    accessTokenLifetimeMs: readMs(options, "accessTokenLifetimeMs", 5 * minuteMs, 1_000),
    refreshTokenLifetimeMs: readMs(options, "refreshTokenLifetimeMs", 90 * dayMs, 1_000),
    graceMs: readMs(options, "graceMs", minuteMs, 0),
    codeLifetimeMs: readMs(options, "codeLifetimeMs", 5 * minuteMs, 1_000),
  };
}

type Duration = Exclude<keyof OAuthSettings, "apps">;

function readMs(options: OAuthOptions, name: Duration, usual: number, least: number): number {
  const value = options[name] ?? usual;
  checkDuration(`oauth.${name}`, value, least);
  return value;
}

function checkApp(app: OAuthApp): void {
  checkOptions("Cannot make emulator", app, kindsOfApp, "oauth.apps[].");
  const { clientId, clientSecret, redirectUris, scopes, public: isPublic } = app;
  refuseOtherLists("Cannot make emulator", {
    "oauth.apps[].redirectUris": redirectUris,
    "oauth.apps[].scopes": scopes,
  });
  if (!clientId) refuse("apps", "an app without a client id", "one");
  if (!isPublic && !clientSecret) refuse("apps", `"${clientId}" without a secret`, "one");
  if (isPublic && clientSecret) refuse("apps", `public "${clientId}" with a secret`, "none");
  if (redirectUris === undefined) refuse("apps", `"${clientId}" without redirectUris`, "a list");
  for (const uri of redirectUris) {
    if (!URL.canParse(withoutStar(uri))) refuse("apps", `redirect URI "${uri}"`, "a URL");
  }
}

/** A redirect URI without the wildcard at its end. */
export function withoutStar(entry: string): string {
  return entry.endsWith(":*") ? entry.slice(0, -2) : entry;
}

function refuse(option: string, value: unknown, expected: string): never {
  throw new RangeError(`Cannot make emulator: oauth.${option} is ${value}, expected ${expected}`);
}
