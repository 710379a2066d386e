/** Puts the `oauth` member of a client together. */

import { partnerLogin } from "../auth/login.js";
import { createTokenManager, type TokenManager } from "../auth/token-manager.js";
import { withAuth } from "../auth/with-auth.js";
import { type AppCredentials, withBasic } from "../auth/with-basic.js";
import { createCall } from "../call/call.js";
import type { CallSettings } from "../call/settings.js";
import { createConnectionManager } from "../oauth/connection-manager.js";
import { rotationLimits } from "../oauth/limits.js";
import { type OAuthResource, oauthResource } from "../oauth/resource.js";
import { createStateSealer } from "../oauth/state.js";
import { createTimers } from "../oauth/timers.js";
import { createTokenEndpoint } from "../oauth/token-endpoint.js";
import { withScopeAdvice } from "../oauth/with-scope-advice.js";
import { remoteConnectionsResource } from "../resources/partner-connections.js";
import { partnerWebhooksResource } from "../resources/partner-webhooks.js";
import type { Send } from "../transport/wire.js";
import { assemble, type Sends, type Shared } from "./assemble.js";
import type { Client } from "./client-types.js";
import type { OAuthSettings } from "./read-oauth-options.js";
import type { Settings } from "./read-options.js";

/** What to check after a 401. */
const checks = {
  app: "check oauth.clientId and oauth.clientSecret, and that they belong to this environment",
  connection: "check the scopes that the customer granted",
};

/** A customer waits for the callback, and a webhook can be connected later. */
const inCallback = { timeoutMs: 15_000 };

export interface OAuthParts {
  readonly resource: OAuthResource<Client>;
  /** Waits until the tokens that were issued are stored. */
  readonly close: (timeoutMs: number) => Promise<void>;
}

/** @param inner The ways to the API that stay open while the client is being closed. */
export function assembleOAuth(
  shared: Shared,
  inner: Sends,
  settings: Settings,
  { app, tokenHost, store, keyPrefix }: OAuthSettings,
): OAuthParts {
  const { topics, random, gate } = shared;
  const publish = topics.connection.publish;
  const partner: CallSettings = {
    ...{ ...settings.call, topics, random, onBehalfOf: undefined },
    ...{ unauthorized: "login_refused", check: checks.app },
  };
  const own = { ...partner, hosts: { api: tokenHost, files: tokenHost } };
  const webhooksOf = (send: Send, callSettings: CallSettings) =>
    partnerWebhooksResource(createCall(withBasic(send, app), callSettings));
  const manager = createConnectionManager({
    store,
    refresh: createTokenEndpoint(createCall(inner.tokenSend, own), app).refresh,
    keyOf: (id) => keyPrefix + id,
    publish,
    limits: rotationLimits,
    concurrent: settings.transport.maxSockets,
    nowMs: () => performance.now(),
    dateMs: Date.now,
    ...createTimers(),
    random,
    newId: () => crypto.randomUUID(),
  });
  const clientOf = createClientOf(settings, app.clientId);
  const whileClosing = { ...shared, ...inner, gate: undefined };
  const lateWebhooks = webhooksOf(inner.send, partner);
  const resource = oauthResource({
    app,
    store,
    keyPrefix,
    endpoint: createTokenEndpoint(createCall(shared.tokenSend, { ...own, gate }), app),
    manager,
    sealer: createStateSealer(app.clientSecret),
    clientOf: (id) => clientOf(shared, manager.tokens(id), id),
    webhooks: webhooksOf(shared.send, { ...partner, gate }),
    remote: remoteOf(shared, partner, app),
    publish,
    connectWebhook: (id, accountId) => lateWebhooks.connect(id, accountId, inCallback),
    readAccount: (token) => clientOf(whileClosing, onlyToken(token), "").accounts.current(),
  });
  return { resource, close: manager.close };
}

/** Connections as the API knows them, with a partner token. */
function remoteOf({ send, gate }: Shared, settings: CallSettings, app: AppCredentials) {
  const call = createCall(send, settings);
  const tokens = createTokenManager((onRetry) => partnerLogin(call, app, onRetry), settings.topics);
  return remoteConnectionsResource(createCall(withAuth(send, tokens), { ...settings, gate }));
}

/** Makes clients that act for one customer each. */
function createClientOf(settings: Settings, clientId: string) {
  const plain = settings.override({ onBehalfOf: undefined });
  return (sends: Shared, tokens: TokenManager, id: string): Client => {
    const callerOf = () => `${clientId}/${id}`;
    const identity = { tokensFor: () => tokens, callerOf, check: checks.connection };
    const advised: Shared = {
      ...sends,
      send: withScopeAdvice(sends.send),
      spacedSendFor: (caller) => withScopeAdvice(sends.spacedSendFor(caller)),
    };
    return Object.freeze(assemble(advised, plain, identity)) as Client;
  };
}

/** For the first call with a token that is not stored yet. */
function onlyToken(token: string): TokenManager {
  return { current: () => token, replace: async () => undefined };
}
