/** The store that the processes of an app share: Postgres or Redis, depending on the environment. */

import type { Store } from "airwallex-connect";
import { createPostgresStore, createPostgresTables } from "airwallex-connect/stores/postgres";
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";
import { Pool } from "pg";

export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** Undefined if the environment names neither. */
export async function openStore(): Promise<OpenStore | undefined> {
  const { DATABASE_URL, REDIS_URL } = process.env;
  if (DATABASE_URL) return await openPostgres(DATABASE_URL);
  if (REDIS_URL) return openRedis(REDIS_URL);
  return undefined;
}

function openRedis(url: string): OpenStore {
  const redis = new Redis(url, { commandTimeout: 5000 });
  const store = createRedisStore(redis, { prefix: "airwallex" });
  const close = async (): Promise<void> => {
    store.close();
    await redis.quit();
  };
  return { store, close };
}

async function openPostgres(connectionString: string): Promise<OpenStore> {
  const pool = new Pool({ connectionString });
  // Without a listener, a connection that breaks while it is idle would end the process.
  pool.on("error", (error) => console.error("Postgres:", error.message));
  await createPostgresTables(pool);
  return { store: createPostgresStore(pool), close: () => pool.end() };
}
