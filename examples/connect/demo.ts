/**
 * An existing customer connects through OAuth and stays connected while tokens expire, twenty callers need
 * a new one at once, and a process is killed at the worst moment. The app hears of the customer's account,
 * and in the end that they have disconnected. Emulator only: no other server loses a response on demand.
 *
 *   npx tsx examples/connect/demo.ts
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Connection, ConnectionRevokedError } from "airwallex-connect";
import { type OAuthConnection, startEmulator } from "airwallex-connect/emulator";
import { createAppClient, redirectUri } from "./client.js";
import { createWebhook, handleEvents, listen } from "./receiver.js";

const emulator = await startEmulator();
const directory = await mkdtemp(join(tmpdir(), "airwallex-connect-"));
const server = await listen();
const webhook = await createWebhook(createAppClient(emulator.url, directory), server);
const client = createAppClient(emulator.url, directory, [webhook.id]);
const arrived = handleEvents(server, client, webhook.secret);

const say = (text = ""): void => console.log(text);
const step = (what: string, result: string): void => say(`  ${what.padEnd(50, ".")} ${result}`);

async function connect(): Promise<Connection> {
  const session = crypto.randomUUID();
  const asked = new URL(await client.oauth.authorizationUrl({ session, pkce: true }));
  const { scope = "", state, ...rest } = Object.fromEntries(asked.searchParams);
  step("sent to the consent page for", scope);
  // Consents without a browser; examples/oauth-web-app shows the consent page to people.
  const codeChallenge = rest["code_challenge"];
  const back = emulator.oauth.consent({ redirectUri, scope, state, codeChallenge });
  const { connection } = await client.oauth.handleCallback(back, { session });
  step(`allowed, ${connection.accountId}`, atAirwallex().status);
  return connection;
}

async function expire({ id }: Connection): Promise<void> {
  emulator.clock.advance("6m");
  const customer = client.oauth.connection(id);
  await Promise.all(Array.from({ length: 20 }, () => customer.accounts.current()));
  step("6 minutes later, 20 calls with a dead token", "all answered");
  step("refresh tokens spent for them", String(atAirwallex().spent));
}

async function crash({ id }: Connection): Promise<void> {
  emulator.clock.advance("6m");
  const spentBefore = atAirwallex().spent;
  // Airwallex issues a new pair of tokens, but the response never arrives.
  emulator.faults.next("oauth.token", { stall: "headers" });
  const program = fileURLToPath(new URL("./doomed.ts", import.meta.url));
  const doomed = fork(program, [emulator.url, directory, id]);
  const ended = once(doomed, "exit");
  while (atAirwallex().spent === spentBefore && doomed.exitCode === null) await sleep(10);
  doomed.kill("SIGKILL");
  const [, signal] = await ended;
  step("6 minutes later, process 2 asks for a new pair", "issued");
  step("killed before the answer reached it", signal ?? "it ended by itself");

  const { status } = await client.oauth.connection(id).accounts.current();
  step("process 1 finds its mark, and asks again in time", status);
  const { refreshes, spent } = atAirwallex();
  step("tokens used again within their minute of grace", String(refreshes - spent));
  emulator.clock.advance("1h");
  await client.oauth.connection(id).accounts.current();
  step("an hour later, still", atAirwallex().status);
}

async function hear({ accountId }: Connection): Promise<void> {
  emulator.accounts.setStatus(accountId, "ACTION_REQUIRED");
  emulator.accounts.setStatus(accountId, "ACTIVE");
  await emulator.webhooks.settled();
  step("Airwallex looks at her account again", atAirwallex().accountId);
  step("the app's webhook receives", arrived.join(", "));
}

async function disconnect({ id }: Connection): Promise<void> {
  emulator.oauth.disconnect(id);
  await emulator.webhooks.settled();
  step("Grace disconnects the app by hand", arrived.at(-1) ?? "nothing");
  step("the handler has marked her connection", String((await client.oauth.retrieve(id))?.status));
  const sentBefore = emulator.requests.length;
  const error = await client.oauth
    .connection(id)
    .accounts.current()
    .catch((reason: unknown) => reason);
  step("the next call", error instanceof ConnectionRevokedError ? error.name : String(error));
  step("requests sent for it", String(emulator.requests.length - sentBefore));
}

/** The only connection, as Airwallex sees it. */
function atAirwallex(): OAuthConnection {
  const [connection] = emulator.oauth.connections;
  if (!connection) throw new Error("Nobody has connected");
  return connection;
}

say("Grace, who has an Airwallex account already, connects it");
const connection = await connect();
await expire(connection);
await crash(connection);
await hear(connection);
await disconnect(connection);
server.close();
await client.close();
await emulator.close();
await rm(directory, { recursive: true });
