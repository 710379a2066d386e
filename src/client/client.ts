/** The composition root: options in, a client out. Wiring only. */

import { callerOf, createTokenManagers } from "../auth/api-key.js";
import { createLimiters } from "../limits/limiters.js";
import { createTopics } from "../report/observe.js";
import { createCoolDown } from "../retry/cool-down.js";
import { withRetry } from "../retry/retry.js";
import { createTransport } from "../transport/transport.js";
import { assemble, type Sends, type Shared } from "./assemble.js";
import { assembleOAuth } from "./assemble-oauth.js";
import type { Client, ClientWithOAuth } from "./client-types.js";
import { closeClient, createGate } from "./closing.js";
import type { ClientOptions, Environment, OAuthClientOptions } from "./options.js";
import { readOptions } from "./read-options.js";

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
  options: OAuthClientOptions<E>,
): ClientWithOAuth<E>;
export function createClient<const E extends Environment>(options: ClientOptions<E>): Client<E>;
export function createClient(options: ClientOptions): unknown {
  const settings = readOptions(options);
  const transport = createTransport(settings.transport);
  const tokenTransport = createTransport(settings.transport);
  const topics = createTopics(options.observer);
  const random = Math.random;
  const retry = { topics, random, coolDown: createCoolDown(random) };
  const { origin } = settings.call.hosts.api;
  const limiterOf = createLimiters({ ...settings.rateLimit, origin, random });
  const gate = createGate();
  const sends: Sends = {
    send: withRetry(transport.send, retry),
    spacedSendFor: (caller) =>
      withRetry(transport.send, {
        ...{ ...retry, limiter: limiterOf(caller) },
        beforeTurn: transport.prepare,
      }),
    tokenSend: withRetry(tokenTransport.send, { ...retry, coolDown: createCoolDown(random) }),
  };
  const shared: Shared = {
    topics,
    random,
    gate,
    send: gate.guard(sends.send),
    spacedSendFor: (caller) => gate.guard(sends.spacedSendFor(caller)),
    tokenSend: gate.guard(sends.tokenSend),
    close: (how) => close(how),
  };
  const tokensOf = createTokenManagers(shared.send, {
    ...{ ...settings.call, topics, random, limiterOf },
    tokenStore: settings.tokenStore,
  });
  const client = assemble(shared, settings, {
    tokensFor: ({ key }) => tokensOf(key),
    callerOf: ({ key }) => callerOf(key),
  });
  const oauth = settings.oauth && assembleOAuth(shared, sends, settings, settings.oauth);
  const close = closeClient({
    gate,
    finish: oauth?.close,
    transports: [transport, tokenTransport],
  });
  return Object.freeze(Object.assign(client, oauth && { oauth: oauth.resource }));
}
