/** Stands in for the package when a snippet runs: the same names, with every client on an emulator. */

import {
  type Account,
  type AccountCreateRequest,
  type Client,
  type ClientOptions,
  createClient as createRealClient,
  type Environment,
} from "airwallex-connect";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { business } from "../examples/sellers.js";

export * from "airwallex-connect";
export {
  createEmulator,
  defaultApiKey,
  defaultClientId,
  startEmulator,
} from "airwallex-connect/emulator";

export const emulator: RunningEmulator = await startEmulator({ reviewAfterMs: 300 });

export function createClient<const E extends Environment>(options: ClientOptions<E>): Client<E> {
  const { clientId, apiKey, baseUrl } = emulator.clientOptions;
  const known = { clientId, apiKey, ...(options.fetch ? {} : { baseUrl }) };
  return createRealClient({ ...options, ...known });
}

export const newAccount: AccountCreateRequest = business("seller-42", "file-id");

/** An account that waits for its review, which the emulator decides by itself before long. */
export async function submittedAccount(client: Client): Promise<Account> {
  const { id } = await client.accounts.create(newAccount);
  return await client.accounts.submit(id);
}

/** Whatever a reader would do with a value. */
export function use(..._values: readonly unknown[]): void {}
