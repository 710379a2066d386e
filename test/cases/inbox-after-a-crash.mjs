/** An event whose process died while handling it is handled again, and one that was confirmed never is. */
// right: claims in Redis: killed, 200 once the claim is over, then 200; handlers began 2 times
// right: transaction in Postgres: killed, then 200, then 200; handlers began 2 times, 1 effect
// right: handler that never ends: 200 once the claim is over; handlers began 2 times
// right: Redis away: 500, handled 0; back: 200, handled 1
// needs: redis-server
// needs: postgres
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createPostgresInbox, createPostgresTables } from "airwallex-connect/stores/postgres";
import { createRedisStore } from "airwallex-connect/stores/redis";
import {
  createInbox,
  createWebhooks,
  respondToDelivery,
  signPayload,
} from "airwallex-connect/webhooks";
import { Redis } from "ioredis";
import pg from "pg";
import { until } from "./lib.mjs";
import { startRedis, startRedisOn } from "./servers.mjs";

const secret = "whsec_x";
const claimMs = 1500;
const [, , kind, url, mode] = process.argv;

async function deliver(hooks, id) {
  const rawBody = JSON.stringify({ id, name: "account.active", account_id: "acct_1", data: {} });
  const delivery = { rawBody, headers: signPayload(rawBody, { secret }) };
  const { status } = await respondToDelivery(hooks, delivery, { onError: () => undefined });
  return status;
}

if (kind === "handle") {
  // In a process of its own: handles one event, and dies in the middle if it is told to.
  const isRedis = url.startsWith("redis:");
  const pool = isRedis ? undefined : new pg.Pool({ connectionString: url });
  pool?.on("error", () => undefined);
  const inbox = isRedis
    ? createInbox(createRedisStore(new Redis(url)), { claimMs })
    : createPostgresInbox(pool);
  const hooks = createWebhooks({ secrets: secret, inbox }).on(
    "account.active",
    async ({ id }, { context }) => {
      await context?.query("insert into effects values ($1)", [id]);
      process.stdout.write("began\n");
      if (mode === "die") process.kill(process.pid, "SIGKILL");
    },
  );
  process.stdout.write(`${await deliver(hooks, "evt_1")}\n`);
  process.exit(0);
}

let began = 0;
async function handle(at, mode) {
  const program = fileURLToPath(import.meta.url);
  const stdio = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, [program, "handle", at, mode], { stdio });
  const [lines, [, signal]] = await Promise.all([child.stdout.toArray(), once(child, "exit")]);
  const text = Buffer.concat(lines).toString();
  if (text.includes("began")) began++;
  return signal === "SIGKILL" ? "killed" : /\d+/.exec(text)?.[0];
}

/** Delivers until the event is no longer being handled; the answer, and whether the claim was respected. */
async function afterClaim(beganAtMs, send) {
  const status = await until(async () => {
    const answer = Number(await send());
    return answer !== 409 && answer;
  });
  const isOver = performance.now() - beganAtMs >= claimMs;
  return `${status} ${isOver ? "once" : "before"} the claim is over`;
}

let redis = await startRedis();
let beganAtMs = performance.now();
const first = await handle(redis.url, "die");
const second = await afterClaim(beganAtMs, () => handle(redis.url, "live"));
const third = await handle(redis.url, "live");
console.log(`claims in Redis: ${first}, ${second}, then ${third}; handlers began ${began} times`);

began = 0;
const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL });
pool.on("error", () => undefined);
await createPostgresTables(pool);
await pool.query("create table effects (id text)");
const statuses = [];
for (const mode of ["die", "live", "live"]) {
  statuses.push(await handle(process.env.POSTGRES_URL, mode));
}
const { rowCount } = await pool.query("select id from effects");
console.log(
  `transaction in Postgres: ${statuses.join(", then ")}; handlers began ${began} times, ${rowCount} effect`,
);
await pool.end();

const client = new Redis(redis.url, { retryStrategy: () => 50, commandTimeout: 5000 });
client.on("error", () => undefined);
const store = createRedisStore(client);
let handled = 0;
let isStuck = true;
const hooks = createWebhooks({ secrets: secret, inbox: createInbox(store, { claimMs }) }).on(
  "account.active",
  () => {
    handled++;
    if (isStuck) return new Promise(() => undefined);
  },
);
beganAtMs = performance.now();
void deliver(hooks, "evt_stuck");
await until(() => handled === 1);
isStuck = false;
const unstuck = await afterClaim(beganAtMs, () => deliver(hooks, "evt_stuck"));
console.log(`handler that never ends: ${unstuck}; handlers began ${handled} times`);

handled = 0;
await redis.stop();
const away = `${await deliver(hooks, "evt_away")}, handled ${handled}`;
redis = await startRedisOn(redis.port);
await until(() => client.ping().catch(() => false));
const back = await deliver(hooks, "evt_away");
console.log(`Redis away: ${away}; back: ${back}, handled ${handled}`);
store.close();
client.disconnect();
await redis.stop();
