/**
 * Hosted onboarding: a platform sends the owner of an account to Airwallex's pages, which collect
 * everything that verification needs and send the owner back. Runs on its own emulator, or in the sandbox
 * if AIRWALLEX_CLIENT_ID, AIRWALLEX_API_KEY and AIRWALLEX_TEMPLATE are set.
 *
 *   npx tsx examples/hosted-flow.ts
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, isAirwallexError } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";

const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey, PORT = "3000" } = process.env;
const template = process.env["AIRWALLEX_TEMPLATE"] ?? "any will do on the emulator";
const emulator = clientId && apiKey ? undefined : await startEmulator();
const client = createClient(
  emulator?.clientOptions ?? {
    environment: "sandbox",
    clientId: clientId as string,
    apiKey: apiKey as string,
  },
);

/**
 * What the platform stores about its seller. A real platform locks a row in its database, so that two
 * simultaneous clicks open only one account.
 */
const seller: { accountId?: string; flowId?: string } = {};

/** Opens the account and the flow on first use. */
async function openFlow(origin: string): Promise<string> {
  seller.accountId ??= await openAccount();
  seller.flowId ??= await createFlow(seller.accountId, origin);
  return seller.flowId;
}

async function openAccount(): Promise<string> {
  const { id } = await client.accounts.create({
    identifier: "seller-42",
    account_details: { business_details: { business_name: "Analytical Engines" } },
    primary_contact: { email: "ada@example.com" },
    customer_agreements: { agreed_to_data_usage: true },
  });
  return id;
}

async function createFlow(account_id: string, origin: string): Promise<string> {
  const { id } = await client.hostedFlows.create({
    account_id,
    template,
    return_url: `${origin}/onboarded`,
    error_url: `${origin}/failed`,
  });
  return id;
}

const routes: Readonly<
  Record<string, (origin: string, response: ServerResponse) => Promise<void>>
> = {
  "/": async (_, response) =>
    say(response, 'A seller: <a href="/onboard">verify your business</a>'),

  // Create the link when the owner is about to follow it, because it is short-lived.
  "/onboard": async (origin, response) => {
    const { url } = await client.hostedFlows.authorize(await openFlow(origin));
    response.writeHead(303, { location: url ?? "/failed" }).end();
  },

  // Coming back proves nothing: what counts is the status of the account, now or by webhook.
  "/onboarded": async (_, response) => {
    const { status: flow } = await client.hostedFlows.retrieve(seller.flowId ?? "");
    const { status } = await client.accounts.retrieve(seller.accountId ?? "");
    console.log(`The flow is ${flow}, the account is ${status}`);
    const more = flow === "FINISHED" ? "" : ': <a href="/onboard">go on</a>';
    say(response, `Your account is ${status}${more}`);
  },

  "/failed": async (_, response) =>
    say(response, 'That did not work: <a href="/onboard">try again</a>'),
};

function say(response: ServerResponse, text: string): void {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`<!doctype html><title>Platform</title><p>${text}</p>`);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const origin = `http://127.0.0.1:${request.socket.localPort}`;
  const route = routes[new URL(request.url ?? "/", origin).pathname];
  if (route) return await route(origin, response);
  response.writeHead(404).end("There is no such page");
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(isAirwallexError(error) ? error.message : error);
    if (!response.headersSent) response.writeHead(502);
    response.end("That did not work, try again");
  });
});

server.once("error", ({ message }) => {
  console.error(`Cannot listen on port ${PORT}, set PORT to another: ${message}`);
  process.exit(1);
});
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Open http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
