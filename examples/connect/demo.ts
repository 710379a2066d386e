/**
 * An existing customer connects through OAuth and stays connected while tokens expire, twenty callers need
 * a new one at once, and a process is killed at the worst moment. Emulator only: no other server loses a
 * response on demand.
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
import type { Connection } from "airwallex-connect";
import { type OAuthConnection, startEmulator } from "airwallex-connect/emulator";
import { createAppClient, redirectUri } from "./client.js";

const emulator = await startEmulator();
const directory = await mkdtemp(join(tmpdir(), "airwallex-connect-"));
const client = createAppClient(emulator.url, directory);

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
  const { connection, account } = await client.oauth.handleCallback(back, { session });
  step(`allowed, ${account.id}`, atAirwallex().status);
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
await client.close();
await emulator.close();
await rm(directory, { recursive: true });
