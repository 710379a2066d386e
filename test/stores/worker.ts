/**
 * A separate process that works on shared stores; `processes.test.ts` starts several of them.
 *
 * Reads its order as JSON from the command line, and reports what happens in lines on stdout.
 */

import { once } from "node:events";
import { Redis } from "ioredis";
import { Pool, type PoolClient } from "pg";
import { createFileStore } from "../../src/stores/file/index.js";
import { createPostgresInbox, createPostgresStore } from "../../src/stores/postgres/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";
import type { Store } from "../../src/stores/store.js";

export interface Order {
  /** First counts and then, when a line on stdin says so, appends until it is killed; or handles events. */
  readonly task: "count and append" | "inbox";
  readonly directory: string;
  readonly redisUrl: string | undefined;
  readonly postgresUrl: string | undefined;
  /** How often to count, or how many events there are. */
  readonly times: number;
}

/** One line: which store, what happened, and what is known about it. */
export interface Line {
  readonly store: string;
  readonly event: "counted" | "holding" | "wrote" | "working";
  readonly fence?: number;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const pool = order.postgresUrl
  ? new Pool({ connectionString: order.postgresUrl, max: 4 })
  : undefined;
const redis = order.redisUrl ? new Redis(order.redisUrl) : undefined;
const stores: Record<string, Store> = {
  file: createFileStore({ directory: order.directory }),
  ...(redis ? { redis: createRedisStore(redis) } : {}),
  ...(pool ? { postgres: createPostgresStore(pool) } : {}),
};

function tell(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Increments a number that all processes increment, without a lease. */
async function count(store: Store): Promise<void> {
  for (let done = 0; done < order.times; ) {
    const record = await store.read("counter");
    const written = await store.compareAndSet("counter", {
      value: String(Number(record?.value ?? 0) + 1),
      expectedVersion: record?.version ?? 0,
      expiresAtMs: undefined,
    });
    if (written) done++;
  }
}

/** Appends its fence to a list under a lease, over and over, until it is killed while holding one. */
async function append(name: string, store: Store): Promise<never> {
  for (;;) {
    await store.withLease("list", { leaseMs: 600, waitMs: 10_000 }, async ({ fence, record }) => {
      tell({ store: name, event: "holding", fence });
      await new Promise((resolve) => setTimeout(resolve, 20));
      const fences = JSON.parse(record?.value ?? "[]") as number[];
      const written = await store.compareAndSet("list", {
        value: JSON.stringify([...fences, fence]),
        expectedVersion: record?.version ?? 0,
        expiresAtMs: undefined,
        fence,
      });
      if (written) tell({ store: name, event: "wrote", fence });
    });
  }
}

/** Handles every id in the list, in its own order, as if each were delivered to each process. */
async function handleAll(postgres: Pool): Promise<void> {
  const inbox = createPostgresInbox(postgres);
  const ids = Array.from({ length: order.times }, (_, index) => `event ${index}`);
  const handle = async (connection: PoolClient, id: string): Promise<void> => {
    await connection.query("insert into effects values ($1, pg_backend_pid())", [id]);
    tell({ store: "postgres", event: "working" });
    await new Promise((resolve) => setTimeout(resolve, 3));
  };
  for (const id of ids.sort(() => Math.random() - 0.5)) {
    await inbox.run(id, (connection) => handle(connection, id));
  }
}

async function countAndAppend(): Promise<void> {
  await Promise.all(Object.values(stores).map(count));
  tell({ store: "", event: "counted" });
  await once(process.stdin, "data");
  await Promise.all(Object.entries(stores).map(([name, store]) => append(name, store)));
}

if (order.task === "inbox" && pool) await handleAll(pool);
else await countAndAppend();
redis?.disconnect();
await pool?.end();
