/** Many connections that expire together are all renewed, over a database with few connections. */
// right: 500 connections: answered 500, renewed once each true
// needs: postgres

import { startEmulator } from "airwallex-connect/emulator";
import { createPostgresStore, createPostgresTables } from "airwallex-connect/stores/postgres";
import pg from "pg";
import { connect, oauthClient } from "./lib.mjs";

const count = Number(process.argv[2] ?? 500);
const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL, max: 10 });
pool.on("error", () => undefined);
await createPostgresTables(pool);
const emulator = await startEmulator();
const client = oauthClient({ baseUrl: emulator.url }, createPostgresStore(pool));
const ids = [];
for (let i = 0; i < count; i++) ids.push(await connect(client, emulator, { signUp: true }));
const before = emulator.oauth.connections.reduce((sum, { refreshes }) => sum + refreshes, 0);
const refreshed = await Promise.allSettled(ids.map((id) => client.oauth.refresh(id)));
const answered = refreshed.filter(({ status }) => status === "fulfilled").length;
const after = emulator.oauth.connections.reduce((sum, { refreshes }) => sum + refreshes, 0);
console.log(
  `${count} connections: answered ${answered}, renewed once each ${after - before === count || `${after} ${before}`}`,
);
await client.close();
await pool.end();
await emulator.close();
