/** Checks the options of an OAuth app once, when a client is created. */

import type { Host } from "../call/settings.js";
import { allOf, refuseUnknown } from "../checks/options.js";
import { kindOf } from "../checks/values.js";
import type { OAuthApp } from "../oauth/token-endpoint.js";
import type { Store } from "../stores/store.js";
import { readHost, readIds, requireStore, requireText, wrong } from "./option-checks.js";
import type { ClientOptions, OAuthOptions, Places } from "./options.js";

/** The OAuth app with its defaults filled in. */
export interface OAuthSettings {
  readonly app: OAuthApp & {
    readonly authorizeUrl: string;
    readonly scopes: readonly string[];
    readonly webhooks: readonly string[];
  };
  readonly tokenHost: Host;
  readonly store: Store;
  readonly keyPrefix: string;
}

const knownOfApp: ReadonlySet<string> = allOf<keyof OAuthOptions>({
  clientId: true,
  clientSecret: true,
  redirectUri: true,
  store: true,
  scopes: true,
  authorizeUrl: true,
  tokenUrl: true,
  webhooks: true,
  keyPrefix: true,
});

export function readOAuth(
  oauth: OAuthOptions,
  { baseUrl }: ClientOptions,
  { api, web }: Places,
  insecure: boolean,
): OAuthSettings {
  refuseUnknown("Cannot create client", oauth, knownOfApp, "oauth.");
  const below = (url: string | URL): string => `${String(url).replace(/\/+$/, "")}/oauth`;
  const authorizeUrl = String(oauth.authorizeUrl ?? `${below(baseUrl ?? web)}/authorize`);
  const token = readHost(
    "oauth.tokenUrl",
    oauth.tokenUrl ?? `${below(baseUrl ?? api)}/token`,
    insecure,
  );
  readHost("oauth.authorizeUrl", authorizeUrl, insecure);
  requireStore("oauth.store", oauth.store);
  if (typeof oauth.redirectUri !== "string" || !URL.canParse(oauth.redirectUri))
    throw wrong("oauth.redirectUri", "is not a URL");
  return {
    app: {
      clientId: requireText("oauth.clientId", oauth.clientId, ofApp),
      clientSecret: requireText("oauth.clientSecret", oauth.clientSecret, ofApp),
      redirectUri: oauth.redirectUri,
      tokenPath: token.prefix,
      authorizeUrl,
      scopes: readIds("oauth.scopes", oauth.scopes ?? [], "scopes"),
      webhooks: readIds("oauth.webhooks", oauth.webhooks ?? []),
    },
    tokenHost: { origin: token.origin, prefix: "" },
    store: oauth.store,
    keyPrefix: requirePrefix(oauth.keyPrefix ?? "airwallex:connection:"),
  };
}

function requirePrefix(prefix: unknown): string {
  if (typeof prefix === "string") return prefix;
  throw wrong("oauth.keyPrefix", `is ${kindOf(prefix)}, expected a string`);
}

const ofApp = "your OAuth app at Airwallex";
