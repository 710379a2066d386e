/** Puts the `oauth` member of a client together. */

import type { TokenManager } from "../auth/token-manager.js";
import { createCall } from "../call/call.js";
import type { CallSettings } from "../call/settings.js";
import { createConnectionManager } from "../oauth/connection-manager.js";
import { rotationLimits } from "../oauth/limits.js";
import { type OAuthResource, oauthResource } from "../oauth/resource.js";
import { createStateSealer } from "../oauth/state.js";
import { createTokenEndpoint } from "../oauth/token-endpoint.js";
import { assemble, type Shared } from "./assemble.js";
import type { Client } from "./client-types.js";
import type { OAuthSettings, Settings } from "./read-options.js";

/** What to check after a 401. */
const checks = {
  app: "check oauth.clientId and oauth.clientSecret, and that they belong to this environment",
  connection: "check the scopes that the customer granted",
};

export function assembleOAuth(
  shared: Shared,
  settings: Settings,
  { app, tokenHost, store, keyPrefix }: OAuthSettings,
): OAuthResource<Client> {
  const { topics, random, tokenSend } = shared;
  const own: CallSettings = {
    ...settings.call,
    hosts: { api: tokenHost, files: tokenHost },
    onBehalfOf: undefined,
    topics,
    random,
    unauthorized: "login_refused",
    check: checks.app,
  };
  const endpoint = createTokenEndpoint(createCall(tokenSend, own), app);
  const manager = createConnectionManager({
    store,
    refresh: endpoint.refresh,
    keyOf: (id) => keyPrefix + id,
    publish: (event) => topics.connection.publish(event),
    limits: rotationLimits,
    concurrent: settings.transport.maxSockets,
    nowMs: () => performance.now(),
    dateMs: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random,
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
    clientOf: (id) => clientOf(manager.tokens(id), id),
    readAccount: (token) => clientOf(onlyToken(token), "").accounts.current(),
  });
}

/** For the first call with a token that is not stored yet. */
function onlyToken(token: string): TokenManager {
  return { current: () => token, replace: async () => undefined };
}
