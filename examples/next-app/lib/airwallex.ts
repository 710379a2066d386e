/** The client and the webhooks of the app, made at the first request: a build has no secrets. */

import { type ClientWithOAuth, createClient } from "airwallex-connect";
import { createFileStore } from "airwallex-connect/stores/file";
import { createInbox, createWebhooks, type Webhooks } from "airwallex-connect/webhooks";

// One machine. With several, use Redis or Postgres, and wrap it in createSealedStore.
const store = createFileStore({ directory: process.env.STORE_DIRECTORY ?? ".airwallex-store" });

let client: ClientWithOAuth<"sandbox"> | undefined;
let hooks: Webhooks | undefined;

export function airwallex(): ClientWithOAuth<"sandbox"> {
  client ??= createClient({
    environment: "sandbox",
    clientId: process.env.AIRWALLEX_CLIENT_ID!,
    apiKey: process.env.AIRWALLEX_API_KEY!,
    // Only set on your machine, to use the emulator.
    baseUrl: process.env.AIRWALLEX_BASE_URL,
    oauth: {
      clientId: process.env.AIRWALLEX_OAUTH_CLIENT_ID!,
      clientSecret: process.env.AIRWALLEX_OAUTH_CLIENT_SECRET!,
      redirectUri: `${appUrl()}/callback`,
      scopes: ["account_details:read"],
      store,
    },
  });
  return client;
}

/** Handles each event once, however often and to whichever process it is delivered. */
export function webhooks(): Webhooks {
  hooks ??= createWebhooks({
    secrets: process.env.AIRWALLEX_WEBHOOK_SECRET!,
    inbox: createInbox(store),
  }).on("account.active", ({ accountId }) => console.log(accountId, "can be paid"));
  return hooks;
}

export const appUrl = (): string => process.env.APP_URL ?? "http://127.0.0.1:3000";
