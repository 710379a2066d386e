/** The same client in every process: one app, one store. */

import { type ClientWithOAuth, createClient, type Observer } from "airwallex-connect";
import { openStore } from "./store.js";

export interface AppClient {
  readonly client: ClientWithOAuth;
  close(): Promise<void>;
}

export async function createAppClient(observer: Observer = {}): Promise<AppClient> {
  const shared = await openStore();
  if (!shared) throw new Error("Set REDIS_URL or DATABASE_URL: processes need a store to share");
  const { env } = process;
  const client = createClient({
    environment: "sandbox",
    baseUrl: env["AIRWALLEX_BASE_URL"],
    observer,
    oauth: {
      clientId: env["AIRWALLEX_OAUTH_CLIENT_ID"] ?? "",
      clientSecret: env["AIRWALLEX_OAUTH_CLIENT_SECRET"] ?? "",
      redirectUri: env["REDIRECT_URI"] ?? "http://127.0.0.1:3000/callback",
      scopes: ["account_details:read"],
      store: shared.store,
    },
  });
  const close = async (): Promise<void> => {
    await client.close();
    await shared.close();
  };
  return { client, close };
}
