/**
 * A process of its own that receives webhooks over HTTP; `inbox-processes.test.ts` starts many of them,
 * and kills some.
 *
 * `POST /<inbox>` is a signed delivery for the inbox of that name. Reads its order as JSON from the command
 * line, and tells what happens in lines on stdout, which is a pipe: what was written before a SIGKILL is
 * there to be read.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { Pool } from "pg";
import {
  createPostgresInbox,
  createPostgresStore,
  type PostgresQueryable,
} from "../../src/stores/postgres.js";
import { createRedisStore } from "../../src/stores/redis.js";
import { createInbox, type InboxOutcome, verifySignature } from "../../src/webhooks/index.js";

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
      /** The work began; or the inbox has answered that it is confirmed. */
      readonly event: "began" | "confirmed";
      readonly inbox: InboxName;
      readonly id: string;
      /** By the clock that all processes of this machine share. */
      readonly atMs: number;
    };

type Receive = (id: string) => Promise<InboxOutcome>;

const order = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const inboxes: Partial<Record<InboxName, Receive>> = { ...onRedis(), ...onPostgres() };

function onRedis(): Partial<Record<InboxName, Receive>> {
  if (order.redisUrl === undefined) return {};
  const redis = new Redis(order.redisUrl);
  const inbox = createInbox(createRedisStore(redis), order);
  const effect = (id: string): Promise<unknown> => redis.rpush("effects", id);
  return { redis: (id) => inbox.run(id, () => work("redis", id, effect)) };
}

function onPostgres(): Partial<Record<InboxName, Receive>> {
  if (order.postgresUrl === undefined) return {};
  const pool = new Pool({ connectionString: order.postgresUrl, max: 8 });
  const claims = createInbox(createPostgresStore(pool), order);
  // A prefix of its own, because the same ids are delivered to both.
  const transaction = createPostgresInbox(pool, { prefix: "transaction_" });
  const write = (table: string, client: PostgresQueryable) => (id: string) =>
    client.query(`insert into ${table} values ($1)`, [id]);
  return {
    postgres: (id) => claims.run(id, () => work("postgres", id, write("postgres_effects", pool))),
    transaction: (id) =>
      transaction.run(id, (client) =>
        work("transaction", id, write("transaction_effects", client)),
      ),
  };
}

/** Something to be killed in: before its effect, after it, and before it is confirmed. */
async function work(
  inbox: InboxName,
  id: string,
  effect: (id: string) => Promise<unknown>,
): Promise<void> {
  tell({ event: "began", inbox, id, atMs: nowMs() });
  await pause(8 * Math.random());
  await effect(id);
  await pause(8 * Math.random());
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  verifySignature(body, request.headers, { secrets: order.secret });
  const { id } = JSON.parse(body.toString()) as { id: string };
  const inbox = request.url?.slice(1) as InboxName;
  const outcome = await inboxes[inbox]?.(id);
  if (outcome === "handled") tell({ event: "confirmed", inbox, id, atMs: nowMs() });
  response.writeHead(outcome === "busy" ? 503 : 200).end();
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
  receive(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.writeHead(500).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  tell({ event: "ready", port: (server.address() as AddressInfo).port });
});
// Nothing outlives the test, however that ends.
process.stdin.on("end", () => process.exit()).resume();
