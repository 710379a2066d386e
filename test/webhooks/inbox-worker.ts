/**
 * A separate process that receives webhooks over HTTP; `inbox-processes.test.ts` starts many of them, and
 * kills some.
 *
 * `POST /<inbox>` is a signed delivery for the inbox of that name. Reads its order as JSON from the command
 * line, and reports what happens in lines on stdout, which is a pipe: whatever was written before a SIGKILL
 * can still be read.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { createPostgresInbox, createPostgresStore } from "../../src/stores/postgres/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";
import { createInbox, createWebhooks, type Inbox, nodeHandler } from "../../src/webhooks/index.js";

/** Claims on Redis, claims on Postgres, and the transaction on Postgres. */
export type InboxName = "redis" | "postgres" | "transaction";

export interface WorkerOrder {
  readonly redisUrl: string | undefined;
  readonly postgresUrl: string | undefined;
  readonly secret: string;
  readonly claimMs: number;
}

export type WorkerLine =
  | { readonly event: "ready"; readonly port: number }
  | {
      /** The work began, or the inbox has answered that the event is confirmed. */
      readonly event: "began" | "confirmed";
      readonly inbox: InboxName;
      readonly id: string;
      /** By the clock that all processes on this machine share. */
      readonly atMs: number;
    };

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

const order = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const listeners: Readonly<Record<string, Listener>> = { ...onRedis(), ...onPostgres() };

function onRedis(): Partial<Record<InboxName, Listener>> {
  if (order.redisUrl === undefined) return {};
  const redis = new Redis(order.redisUrl);
  const inbox = createInbox(createRedisStore(redis), { claimMs: order.claimMs });
  return { redis: receiver("redis", inbox, (id) => redis.rpush("effects", id)) };
}

function onPostgres(): Partial<Record<InboxName, Listener>> {
  if (order.postgresUrl === undefined) return {};
  const pool = new Pool({ connectionString: order.postgresUrl, max: 8 });
  const claims = createInbox(createPostgresStore(pool), { claimMs: order.claimMs });
  // Its own prefix, because the same ids are delivered to both.
  const transaction = createPostgresInbox(pool, { prefix: "transaction_" });
  return {
    postgres: receiver("postgres", claims, (id) =>
      pool.query("insert into postgres_effects values ($1)", [id]),
    ),
    transaction: receiver("transaction", transaction, (id, client) =>
      client.query("insert into transaction_effects values ($1)", [id]),
    ),
  };
}

/** The work as an app would write it, apart from the lines that it prints. */
function receiver<Context>(
  name: InboxName,
  inbox: Inbox<Context>,
  effect: (id: string, context: Context) => Promise<unknown>,
): Listener {
  const hooks = createWebhooks({ secrets: order.secret, inbox: telling(name, inbox) }).on(
    "account.active",
    ({ id }, { context }) => work(name, id, () => effect(id, context)),
  );
  const onError = (error: unknown): unknown => process.stderr.write(`${String(error)}\n`);
  return nodeHandler(hooks, { onError });
}

/** Reports when the inbox has answered that the event is confirmed. */
function telling<Context>(name: InboxName, inbox: Inbox<Context>): Inbox<Context> {
  return {
    async run(id, work) {
      const outcome = await inbox.run(id, work);
      if (outcome === "handled") tell({ event: "confirmed", inbox: name, id, atMs: nowMs() });
      return outcome;
    },
  };
}

/** Work with time to be killed in: before its effect, and after it but before it is confirmed. */
async function work(inbox: InboxName, id: string, effect: () => Promise<unknown>): Promise<void> {
  tell({ event: "began", inbox, id, atMs: nowMs() });
  await pause(8 * Math.random());
  await effect();
  await pause(8 * Math.random());
}

function tell(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const server = createServer((request, response) => {
  listeners[request.url?.slice(1) ?? ""]?.(request, response);
});
server.listen(0, "127.0.0.1", () => {
  tell({ event: "ready", port: (server.address() as AddressInfo).port });
});
// Nothing outlives the test, however it ends.
process.stdin.on("end", () => process.exit()).resume();
