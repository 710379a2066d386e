/**
 * A handler on plain node:http that prints account events as they arrive.
 *
 * The API must be able to reach it. The emulator can, on this machine; the real API needs a public URL.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "airwallex-connect";
import { createWebhooks, nodeHandler } from "airwallex-connect/webhooks";

export interface EventPrinter {
  /** Deletes the subscription and stops the handler. */
  close(): Promise<void>;
}

/** Subscribes to account events and prints them. */
export async function printEvents(
  client: Client,
  print: (line: string) => void,
): Promise<EventPrinter> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { id, secret } = await client.webhooks.create({
    url: `http://127.0.0.1:${port}/webhooks`,
    events: ["account.submitted", "account.action_required", "account.active"],
    version: "2026-08-21",
  });
  if (!secret) throw new Error("The subscription came without a secret");
  const hooks = createWebhooks({ secrets: secret })
    .on("account.submitted", ({ accountId }) => print(`account.submitted        ${accountId}`))
    .on("account.action_required", ({ accountId, data }) =>
      print(`account.action_required  ${accountId}, ${Object.keys(data).join(", ")}`),
    )
    .on("account.active", ({ accountId }) => print(`account.active           ${accountId}`));
  const handle = nodeHandler(hooks, { onError: (error) => print(String(error)) });
  return {
    async close() {
      await client.webhooks.delete(id);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
