/**
 * Several processes share the connections of an app and use each refresh token once.
 *
 *   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/oauth-workers/pool.ts
 *   DATABASE_URL=postgres://localhost/shop npx tsx examples/oauth-workers/pool.ts
 *
 * On its own emulator, it first connects a customer and lets the access token expire. If
 * AIRWALLEX_OAUTH_CLIENT_ID and AIRWALLEX_OAUTH_CLIENT_SECRET are set, it uses the Airwallex sandbox, with
 * the customers who connected through ../oauth-web-app and the same database.
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  startEmulator,
} from "airwallex-connect/emulator";
import { createAppClient } from "./client.js";
import type { Done, Job } from "./worker.js";

const workerCount = 4;
const callsEach = 25;

const { AIRWALLEX_OAUTH_CLIENT_ID: clientId, AIRWALLEX_OAUTH_CLIENT_SECRET: secret } = process.env;
const emulator = clientId && secret ? undefined : await startEmulator();
if (emulator) {
  // For this process and the workers that it starts.
  process.env["AIRWALLEX_BASE_URL"] = emulator.url;
  process.env["AIRWALLEX_OAUTH_CLIENT_ID"] = defaultOAuthClientId;
  process.env["AIRWALLEX_OAUTH_CLIENT_SECRET"] = defaultOAuthClientSecret;
}
const { client, close } = await createAppClient();

if (emulator) {
  const session = crypto.randomUUID();
  const asked = new URL(await client.oauth.authorizationUrl({ session }));
  const { redirect_uri = "", scope = "", state } = Object.fromEntries(asked.searchParams);
  const back = emulator.oauth.consent({ redirectUri: redirect_uri, scope, state });
  await client.oauth.handleCallback(back, { session });
  emulator.clock.advance("6m");
  // As slow as a distant server, so that the processes really do compete.
  emulator.faults.always("oauth.token", { delayMs: 500 });
  console.log("A customer has connected, and the access token has expired");
}

const workers = await Promise.all(Array.from({ length: workerCount }, startWorker));
for await (const { id, accountId, status } of client.oauth.list()) {
  if (status === "revoked") continue;
  console.log(`\n${accountId}: ${workerCount} processes, ${callsEach} calls each, all at once`);
  const results = await Promise.all(
    workers.map((worker) => work(worker, { connectionId: id, calls: callsEach })),
  );
  for (const { pid, answered, rotated, failed } of results) {
    const what = rotated > 0 ? "renewed the tokens" : "used the token that all share";
    console.log(`  process ${pid}: ${answered} calls answered, ${failed ?? what}`);
  }
}
for (const worker of workers) worker.disconnect();
await Promise.all(workers.map((worker) => once(worker, "exit")));

if (emulator) {
  const refreshes = emulator.oauth.connections.map((connection) => connection.refreshes);
  console.log(`\nRefreshes at Airwallex: ${refreshes}`);
}
await close();
await emulator?.close();

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(fileURLToPath(new URL("./worker.ts", import.meta.url)));
  await once(worker, "message");
  return worker;
}

async function work(worker: ChildProcess, job: Job): Promise<Done> {
  worker.send(job);
  const [done] = await once(worker, "message");
  return done as Done;
}
