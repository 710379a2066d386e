/** Stands in for the package when a snippet runs: the same names, with every client on an emulator. */

import {
  type Account,
  type AccountCreateParams,
  type Client,
  type ClientOptions,
  type ClientWithOAuth,
  createClient as createRealClient,
  type Environment,
  type OAuthOptions,
} from "airwallex-connect";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { business } from "../examples/sellers.js";

export * from "airwallex-connect";
export {
  createEmulator,
  defaultApiKey,
  defaultClientId,
  startEmulator,
} from "airwallex-connect/emulator";

export { runStoreConformance } from "airwallex-connect/stores/conformance";
export { createFileStore } from "airwallex-connect/stores/file";
export {
  createPostgresInbox,
  createPostgresStore,
  createPostgresTables,
} from "airwallex-connect/stores/postgres";
export { createRedisStore } from "airwallex-connect/stores/redis";
export { createSealedStore } from "airwallex-connect/stores/sealed";
export {
  constructEvent,
  createDriftCheck,
  createInbox,
  createWebhooks,
  fetchHandler,
  nodeHandler,
  respondToDelivery,
  signPayload,
  toCurrentAccount,
  verifySignature,
} from "airwallex-connect/webhooks";
export { Redis } from "ioredis";
export { Pool } from "pg";
export { createMemoryStore };

export const emulator: RunningEmulator = await startEmulator({ reviewAfterMs: 300 });

export function createClient<const E extends Environment>(
  options: ClientOptions<E> & { readonly oauth: OAuthOptions },
): ClientWithOAuth<E>;
export function createClient<const E extends Environment>(options: ClientOptions<E>): Client<E>;
export function createClient(options: ClientOptions): unknown {
  const { clientId, apiKey, baseUrl } = emulator.clientOptions;
  const known = { clientId, apiKey, ...(options.fetch || options.dispatcher ? {} : { baseUrl }) };
  return createRealClient({ ...options, ...known });
}

export const newAccount: AccountCreateParams = business("seller-42", "file-id");

/** A funded account that is waiting for its review, which the emulator soon decides. */
export async function submittedAccount(client: Client): Promise<Account> {
  const { id } = await client.accounts.create(newAccount);
  emulator.money.setBalance(id, "USD", "1000");
  return await client.accounts.submit(id);
}

/** The OAuth app that the emulator knows. */
export const emulatorApp: OAuthOptions = {
  clientId: defaultOAuthClientId,
  clientSecret: defaultOAuthClientSecret,
  redirectUri: "http://127.0.0.1:3000/callback",
  scopes: ["account_details:read"],
  store: createMemoryStore(),
};
