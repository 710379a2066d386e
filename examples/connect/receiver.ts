/** The app's own endpoint for events of its customers. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClientWithOAuth } from "airwallex-connect";
import { createWebhooks, nodeHandler } from "airwallex-connect/webhooks";

/** Begins to listen; events are handled by {@link handleEvents}. */
export async function listen(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Creates a webhook of the app, once and for all customers. */
export async function createWebhook(client: ClientWithOAuth, server: Server) {
  const { port } = server.address() as AddressInfo;
  return await client.oauth.webhooks.create({
    url: `http://127.0.0.1:${port}/`,
    events: ["account.active", "partner_connection.disconnected"],
    version: "2026-08-21",
  });
}

/** Returns the names of the events that have arrived so far. */
export function handleEvents(
  server: Server,
  client: ClientWithOAuth,
  secret: string,
): readonly string[] {
  const names: string[] = [];
  const hooks = createWebhooks({ secrets: secret })
    .onAny(({ name }) => names.push(name))
    .on("partner_connection.disconnected", (event) => client.oauth.handleDisconnected(event));
  server.on("request", nodeHandler(hooks));
  return names;
}
