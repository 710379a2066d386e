/** The client of both processes of the demo, which share their connections through files. */

import { type ClientWithOAuth, createClient } from "airwallex-connect";
import { defaultOAuthClientId, defaultOAuthClientSecret } from "airwallex-connect/emulator";
import { createFileStore } from "airwallex-connect/stores/file";

export const redirectUri = "http://127.0.0.1:3000/callback";

/** @param webhooks Webhooks of the app, which every new connection is connected to. */
export function createAppClient(
  baseUrl: string,
  directory: string,
  webhooks: readonly string[] = [],
): ClientWithOAuth {
  return createClient({
    environment: "sandbox",
    baseUrl,
    oauth: {
      clientId: defaultOAuthClientId,
      clientSecret: defaultOAuthClientSecret,
      redirectUri,
      scopes: ["account_details:read"],
      store: createFileStore({ directory }),
      webhooks,
    },
  });
}
