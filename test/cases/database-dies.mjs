/** A Postgres pool without a listener for `error`: the store warns once, before the database dies. */
// right: warned true
// right: with a listener: alive, and answers again
// needs: postgres

import { createPostgresStore, createPostgresTables } from "airwallex-connect/stores/postgres";
import pg from "pg";

const warnings = [];
process.removeAllListeners("warning");
process.on("warning", ({ message }) => warnings.push(message));
const connectionString = process.env.POSTGRES_URL;
const bare = new pg.Pool({ connectionString });
await createPostgresTables(bare);
await createPostgresStore(bare).read("k");
await new Promise((resolve) => setTimeout(resolve, 20));
console.log(`warned ${warnings.some((message) => message.includes("error"))}`);
await bare.end();

const pool = new pg.Pool({ connectionString });
pool.on("error", () => undefined);
const store = createPostgresStore(pool);
await store.read("k");
const admin = new pg.Client({ connectionString });
await admin.connect();
await admin.query(
  "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
);
await admin.end();
await store.read("k").catch(() => undefined);
const again = await store.read("k").then(
  () => "answers again",
  ({ message }) => message,
);
console.log(`with a listener: alive, and ${again}`);
await pool.end();
