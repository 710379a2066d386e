/** The tokens of an API key: one token manager for each account that it logs in as. */

import { createCall } from "../call/call.js";
import type { CallSettings } from "../call/settings.js";
import type { RateLimiter } from "../retry/rate-limit.js";
import type { Store } from "../stores/store.js";
import type { Send } from "../transport/wire.js";
import { type ApiKey, login } from "./login.js";
import { shareLogin } from "./shared-login.js";
import { createTokenManager, type IssuedToken, type TokenManager } from "./token-manager.js";

export interface TokenSettings extends Omit<CallSettings, "unauthorized"> {
  /** The limiter of the account that a caller logs in as. */
  readonly limiterOf: (caller: string) => RateLimiter;
  /** Shared with other processes. */
  readonly tokenStore: Store | undefined;
}

/** @returns the token manager for a key; a client that has only an OAuth app has none */
export function createTokenManagers(
  send: Send,
  settings: TokenSettings,
): (key: ApiKey | undefined) => TokenManager {
  const { limiterOf, tokenStore: store } = settings;
  const { origin } = settings.hosts.api;
  const managers = new Map<string, TokenManager>();

  function create(key: ApiKey | undefined): TokenManager {
    const refused = { unauthorized: "login_refused", check: checkOf(key) } as const;
    const call = createCall(send, { ...settings, onBehalfOf: undefined, ...refused });
    const obtain = async (onRetry: (error: unknown) => void): Promise<IssuedToken> => {
      if (!key) throw noKey();
      limiterOf(callerOf(key)).passed();
      return await login(call, key, onRetry);
    };
    const shared = store && key ? shareLogin(obtain, { ...settings, store, key, origin }) : obtain;
    return createTokenManager(shared, settings.topics);
  }

  return (key) => {
    const name = key?.loginAs ?? "";
    const manager = managers.get(name) ?? create(key);
    managers.set(name, manager);
    return manager;
  };
}

/** Identifies who logs in, in whatever outlives the process. */
export function callerOf(key: ApiKey | undefined): string {
  return [key?.clientId, key?.loginAs].filter((name) => name !== undefined).join("/");
}

/** What to check when the login is refused, where more than the key can be wrong. */
function checkOf(key: ApiKey | undefined): string | undefined {
  return key?.loginAs === undefined
    ? undefined
    : "check clientId, apiKey and loginAs, and that they belong to this environment";
}

function noKey(): TypeError {
  return new TypeError(
    "Cannot log in: the client has an oauth app and no apiKey; call oauth.connection(id) for what a customer allowed, or give clientId and apiKey for the platform's own account",
  );
}
