/**
 * A process that onboards sellers, and that tests kill: `runner.ts <url> <store> <count> [concurrency]`. The
 * store is a directory, or the URL of a Redis or Postgres.
 *
 * Prints each step and each result on a line, and the counts on the last.
 */

import { createClient } from "airwallex-connect";
import { createFileStore } from "airwallex-connect/stores/file";
import { createPostgresStore } from "airwallex-connect/stores/postgres";
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { defaultApiKey, defaultClientId } from "../../src/emulator/engine/options.js";
import type { Store } from "../../src/stores/store.js";
import { sellersUpTo } from "./sellers.js";

const [url = "", where = "", count = "", concurrency] = process.argv.slice(2);
// The rate limits are those of production.
const client = createClient({
  environment: "production",
  clientId: defaultClientId,
  apiKey: defaultApiKey,
  baseUrl: url,
});
const { store, close } = openStore();
const report = await client.onboarding.run(sellersUpTo(Number(count)), {
  store,
  concurrency: concurrency === undefined ? undefined : Number(concurrency),
  onProgress: ({ identifier, step, result }) => tell(result ? { result } : { identifier, step }),
});
tell({ counts: report.counts });
await close();

function openStore(): { readonly store: Store; readonly close: () => Promise<unknown> } {
  if (where.startsWith("redis:")) {
    const redis = new Redis(where);
    return { store: createRedisStore(redis), close: () => redis.quit() };
  }
  if (where.startsWith("postgres:")) {
    const pool = new Pool({ connectionString: where });
    return { store: createPostgresStore(pool), close: () => pool.end() };
  }
  return { store: createFileStore({ directory: where }), close: async () => undefined };
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
