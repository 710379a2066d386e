/** A Redis user that may not publish, the default for new users of Redis 7, can use the store. */
// right: compareAndSet resolved, read v, delete resolved, then read undefined
// needs: redis

import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";

const url = new URL(process.env.REDIS_URL);
const admin = new Redis(url.href);
await admin.call("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "resetchannels");
const redis = new Redis({ port: Number(url.port), username: "app", password: "pw" });
const store = createRedisStore(redis, { prefix: "shop" });
process.removeAllListeners("warning");
const said = (promise, show = () => "resolved") => promise.then(show, ({ message }) => message);
const value = (record) => record?.value;
const written = await said(
  store.compareAndSet("k", { value: "v", expiresAtMs: undefined, expectedVersion: 0 }),
);
const read = await said(store.read("k"), value);
const deleted = await said(store.delete("k"));
console.log(
  `compareAndSet ${written}, read ${read}, delete ${deleted}, then read ${await said(store.read("k"), value)}`,
);
redis.disconnect();
admin.disconnect();
