/**
 * A process that lives for one call: `one-call.js <options of the client> <url of Redis>`. Prints `ok`, or the
 * code of the error.
 */

import { Redis } from "ioredis";
import { createClient } from "../../src/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";

const [options = "{}", url = ""] = process.argv.slice(2);
const redis = new Redis(url);
redis.on("error", () => undefined);
const tokenStore = createRedisStore(redis);
const client = createClient({ ...JSON.parse(options), environment: "production", tokenStore });
const outcome = await client.accounts.list({ page_size: 1 }).then(
  () => "ok",
  (error: { readonly code?: string }) => `${error.code}: ${String(error)}`,
);
console.log(outcome);
redis.disconnect();
