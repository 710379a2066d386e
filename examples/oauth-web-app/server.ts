/**
 * Runs the app in app.ts:
 *
 *   npx tsx examples/oauth-web-app/server.ts
 *
 * Uses its own emulator, or the Airwallex sandbox if AIRWALLEX_OAUTH_CLIENT_ID and
 * AIRWALLEX_OAUTH_CLIENT_SECRET are set, with `http://127.0.0.1:3000/callback` registered as a redirect
 * URI. Other variables: PORT, REDIRECT_URI (behind a proxy), COOKIE_SECRET, AIRWALLEX_BASE_URL (an
 * emulator running elsewhere), and REDIS_URL or DATABASE_URL to keep connections.
 */

import { serve } from "@hono/node-server";
import { createClient } from "airwallex-connect";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { openStore } from "../oauth-workers/store.js";
import { createApp } from "./app.js";

const {
  AIRWALLEX_OAUTH_CLIENT_ID: clientId,
  AIRWALLEX_OAUTH_CLIENT_SECRET: clientSecret,
  AIRWALLEX_BASE_URL: baseUrl,
  PORT: port = "3000",
  REDIRECT_URI: redirectUri = `http://127.0.0.1:${port}/callback`,
  COOKIE_SECRET: cookieSecret = crypto.randomUUID(),
} = process.env;

const own = clientId && clientSecret ? { clientId, clientSecret } : undefined;
const emulator = own ? undefined : await startEmulator();
const shared = await openStore();
const client = createClient({
  environment: "sandbox",
  baseUrl: emulator?.url ?? baseUrl,
  oauth: {
    ...(own ?? { clientId: defaultOAuthClientId, clientSecret: defaultOAuthClientSecret }),
    redirectUri,
    scopes: ["account_details:read"],
    store: shared?.store ?? createMemoryStore(),
  },
});
const app = createApp({ client, cookieSecret, isHttps: redirectUri.startsWith("https:") });

if (emulator) {
  // Shortcuts for what a customer, or waiting five minutes, would do.
  app.get("/emulator/expire", (c) => {
    emulator.clock.advance("6m");
    return c.redirect("/accounts/me");
  });
  app.get("/emulator/revoke", (c) => {
    for (const { id } of emulator.oauth.connections) emulator.oauth.disconnect(id);
    return c.redirect("/accounts/me");
  });
}

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(port) }, () => {
  const { origin } = new URL(redirectUri);
  console.log(`Open ${origin}`);
  if (!emulator) return;
  console.log(`Using the emulator at ${emulator.url}. To see what happens when`);
  console.log(`  the access token expires:    ${origin}/emulator/expire`);
  console.log(`  the customer disconnects:    ${origin}/emulator/revoke`);
});

server.once("error", ({ message }) => {
  console.error(`Cannot listen on port ${port}, set PORT to another: ${message}`);
  process.exit(1);
});

async function stop(): Promise<void> {
  server.close();
  await client.close();
  await shared?.close();
  await emulator?.close();
  // server.close() would wait for the connections that browsers keep open.
  process.exit();
}
process.once("SIGINT", stop).once("SIGTERM", stop);
