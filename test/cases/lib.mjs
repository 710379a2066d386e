/** What several cases need. */

import { once } from "node:events";
import { createServer, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { Redis } from "ioredis";
import { redisCommand, startRedis, startSentinel } from "./servers.mjs";

export { sleep };

export const seller = {
  account_details: { legal_entity_type: "INDIVIDUAL" },
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
};

export const redirectUri = "http://127.0.0.1:9/callback";
const scope = "account_details:read balance:read";

/** A client of an OAuth app, and of an API key where the options have one. */
export function oauthClient(options, store) {
  const app = { clientId: "appid_emulator", clientSecret: "emulator_client_secret", redirectUri };
  const oauth = { ...app, scopes: scope.split(" "), store };
  return createClient({ environment: "sandbox", ...options, oauth });
}

/** The URL with which a customer comes back who has consented. */
export async function consent(client, emulator, more = {}) {
  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  return emulator.oauth.consent({
    redirectUri,
    scope,
    state: url.searchParams.get("state"),
    ...more,
  });
}

/** Connects a customer, or with `signUp: true` a new one, and returns the id of the connection. */
export async function connect(client, emulator, more) {
  const back = await consent(client, emulator, more);
  const { connection } = await client.oauth.handleCallback(back, { session: "s" });
  return connection.id;
}

/** An account that can be paid, and the payment. */
export async function payable(emulator, requestId) {
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(seller);
  emulator.accounts.setStatus(id, "ACTIVE");
  const reason = "transfer_to_own_account";
  const payment = { destination: id, amount: "1.00", currency: "USD", reason, reference: "x" };
  return { client, payment: { request_id: requestId, ...payment } };
}

/** How a call ended, in a few words. */
export function ended(call, show = () => "resolved") {
  return call.then(show, (error) =>
    [error.code ?? error.name, error.outcome].filter(Boolean).join(" "),
  );
}

export async function serve(handler) {
  const server = createServer(handler);
  const serving = { url: "", connections: 0, close: () => closeNow(server) };
  server.on("connection", () => serving.connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  serving.url = `http://127.0.0.1:${server.address().port}`;
  return serving;
}

function closeNow(server) {
  server.close();
  server.closeAllConnections();
}

/** A server in front of another; `answer` may give its own answer before or after it forwards. */
export function proxy(upstream, answer) {
  return serve(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    const forward = () => forwardTo(upstream, incoming, body);
    const result = await answer({ url: incoming.url, body: String(body), forward });
    if (result === undefined) return outgoing.destroy();
    outgoing.writeHead(result.status, result.headers ?? { "content-type": "application/json" });
    outgoing.end(result.body);
  });
}

async function forwardTo(upstream, { url, method, headers }, body) {
  const { host } = new URL(upstream);
  const sent = request(new URL(url, upstream), {
    method,
    headers: { ...headers, host },
    agent: false,
  });
  sent.end(body);
  const [answer] = await once(sent, "response");
  const { "transfer-encoding": _, ...kept } = answer.headers;
  return { status: answer.statusCode, headers: kept, body: Buffer.concat(await answer.toArray()) };
}

/** Waits for something to become true, and says in an error if it has not for 30 seconds. */
export async function until(isTrue) {
  for (const endsAtMs = Date.now() + 30_000; Date.now() < endsAtMs; await sleep(20)) {
    const result = await isTrue();
    if (result) return result;
  }
  throw new Error(`Not true after 30 seconds: ${isTrue}`);
}

/** Runs rounds of so many things until four rounds together leave next to nothing on the heap. */
export async function levelsOff(round, things) {
  // Of each. A key and a small object in a map take more than that.
  const mostBytesLeft = 80;
  const heaps = [];
  while (heaps.length < 16) {
    await round();
    heaps.push(await heapAfterGc());
    if (heaps.at(-1) - heaps.at(-5) < 4 * things * mostBytesLeft) return "the heap levels off";
  }
  return `the heap grows: ${heaps.map((bytes) => (bytes / 1e6).toFixed(2)).join(", ")} MB`;
}

async function heapAfterGc() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  // What is let go by a finalizer is collected in the next turn.
  for (let i = 0; i < 3; i++) {
    collect();
    await sleep(10);
  }
  return process.memoryUsage().heapUsed;
}

/** An emulator behind a server that runs `afterRenewal` once before it hands out the next pair of tokens. */
export async function renewalServer() {
  const emulator = await startEmulator();
  const server = { emulator, afterRenewal: undefined };
  const front = await proxy(emulator.url, async ({ url, forward }) => {
    const answer = await forward();
    const run = url === "/oauth/token" ? server.afterRenewal : undefined;
    if (run) server.afterRenewal = undefined;
    await run?.();
    return answer;
  });
  server.url = front.url;
  server.close = () => Promise.all([front.close(), emulator.close()]);
  return server;
}

/**
 * A Redis with one replica, and a client that asks a Sentinel which of them to use. `freeze` lets the replica
 * miss what is written from then on; `failOver` makes it the master.
 */
export async function replicatedRedis() {
  const master = await startRedis();
  const replica = await startRedis("--replicaof", "127.0.0.1", String(master.port));
  // A server that takes another role hangs up on those who ask.
  const replies = (port, command, text) => async () =>
    (await redisCommand(port, command).catch(() => "")).includes(text);
  await until(replies(replica.port, "INFO replication", "master_link_status:up"));
  const sentinel = await startSentinel(master.port);
  await until(replies(sentinel.port, "SENTINEL replicas main", String(replica.port)));
  const client = new Redis({
    sentinels: [{ host: "127.0.0.1", port: sentinel.port }],
    name: "main",
    retryStrategy: () => 50,
    sentinelRetryStrategy: () => 50,
    maxRetriesPerRequest: null,
    commandTimeout: 20_000,
  });
  client.on("error", () => undefined);
  const [, pid] = /process_id:(\d+)/.exec(await redisCommand(replica.port, "INFO server"));
  async function failOver() {
    await master.stop();
    process.kill(Number(pid), "SIGCONT");
    await until(replies(replica.port, "INFO replication", "role:master"));
    await until(async () => (await client.role().catch(() => []))[0] === "master");
  }
  async function freeze() {
    process.kill(Number(pid), "SIGSTOP");
    await redisCommand(master.port, "CLIENT KILL TYPE replica");
  }
  async function close() {
    client.disconnect();
    await Promise.all([sentinel.stop(), replica.stop()]);
  }
  return { client, freeze, failOver, close };
}
