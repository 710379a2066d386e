/** A partner's app with an emulator, and customers who connect to it. */

import {
  type CallbackResult,
  type ClientWithOAuth,
  createClient,
  type OAuthOptions,
  type Observer,
} from "airwallex-connect";
import {
  type ConsentOptions,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type Emulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";

export const app = {
  clientId: defaultOAuthClientId,
  clientSecret: defaultOAuthClientSecret,
  redirectUri: "http://127.0.0.1:3000/callback",
  scopes: ["account_details:read"],
};

export type AppClient = ClientWithOAuth<"sandbox">;

export interface AppOptions extends Partial<OAuthOptions> {
  readonly fetch?: typeof fetch;
  readonly observer?: Observer;
}

/** A client that has only the app, over the emulator's socket if it has one. */
export function clientOf(
  { clientOptions }: Emulator,
  { fetch = clientOptions.fetch, observer, ...oauth }: AppOptions = {},
): AppClient {
  const { baseUrl } = clientOptions;
  return createClient({
    ...{ environment: "sandbox", baseUrl, fetch, observer },
    oauth: { ...app, ...oauth, store: oauth.store ?? createMemoryStore() },
  });
}

/** A customer consents, and comes back to the app. */
export async function connectCustomer(
  { oauth }: Emulator,
  client: AppClient,
  consent: Partial<ConsentOptions> = {},
): Promise<CallbackResult> {
  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  const given = (name: string): string => url.searchParams.get(name) ?? "";
  const asked = {
    clientId: given("client_id"),
    redirectUri: given("redirect_uri"),
    scope: given("scope"),
    state: given("state"),
  };
  return await client.oauth.handleCallback(oauth.consent({ ...asked, ...consent }), {
    session: "s",
  });
}
