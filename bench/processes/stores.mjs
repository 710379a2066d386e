/** How each process opens a store on the servers that they share. */

import { doors } from "../lib/package.mjs";

/** A store, and how many round trips it has taken. */
export async function openStore({ kind, at }) {
  const counter = { trips: 0 };
  const counting = (target, names) => {
    for (const name of names) {
      const method = target[name].bind(target);
      target[name] = (...given) => {
        counter.trips++;
        return method(...given);
      };
    }
    return target;
  };
  if (kind === "file") {
    const { createFileStore } = await import(doors()["./stores/file"].url);
    const store = counting(createFileStore({ directory: at }), ["read", "compareAndSet"]);
    return { store, counter, close: () => undefined };
  }
  if (kind === "redis") {
    const { Redis } = await import("ioredis");
    const { createRedisStore } = await import(doors()["./stores/redis"].url);
    const redis = new Redis(at, { maxRetriesPerRequest: 1, retryStrategy: () => 500 });
    redis.on("error", () => undefined);
    const store = createRedisStore(counting(redis, ["eval", "evalsha"]));
    const close = () => {
      store.close();
      redis.disconnect();
    };
    return { store, counter, close };
  }
  const { createPostgresStore } = await import(doors()["./stores/postgres"].url);
  const pool = counting(await openPool(at), ["query"]);
  /** As many events that were handled, with an hour left. */
  const remember = (count) =>
    pool.query(
      `insert into airwallex_claims
       select 'old-' || i, gen_random_uuid()::text, true,
              (extract(epoch from now()) * 1000)::bigint + 3600000
       from generate_series(1, ${count}) i`,
    );
  return { store: createPostgresStore(pool), counter, remember, close: () => pool.end() };
}

export async function openPool(connectionString) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: 2000 });
  pool.on("error", () => undefined);
  return pool;
}
