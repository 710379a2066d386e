/** Everything on Postgres works through pgbouncer, where each statement may run on another connection. */
// right: conformance: all passed
// right: 8 clients, 20 connections: refreshed 160, lost 0
// right: inbox: 100 events in 300 deliveries, effects of 100
// needs: pgbouncer
import { startEmulator } from "airwallex-connect/emulator";
import { runStoreConformance } from "airwallex-connect/stores/conformance";
import {
  createPostgresInbox,
  createPostgresStore,
  createPostgresTables,
} from "airwallex-connect/stores/postgres";
import pg from "pg";
import { connect, ended, oauthClient, until } from "./lib.mjs";

const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL, max: 20 });
pool.on("error", () => undefined);
await createPostgresTables(pool);
// Long enough for a machine that does other work too.
const { failed } = await runStoreConformance(() => createPostgresStore(pool), { paceMs: 300 });
console.log(`conformance: ${failed.map(({ name }) => name).join("; ") || "all passed"}`);

const emulator = await startEmulator();
const clients = Array.from({ length: 8 }, () =>
  oauthClient({ baseUrl: emulator.url }, createPostgresStore(pool)),
);
const ids = [];
for (let i = 0; i < 20; i++) ids.push(await connect(clients[0], emulator, { signUp: true }));
const refreshed = await Promise.all(
  clients.flatMap((client) => ids.map((id) => ended(client.oauth.refresh(id), () => "refreshed"))),
);
const lost = emulator.oauth.connections.filter(({ status }) => status !== "CONNECTED").length;
const count = refreshed.filter((end) => end === "refreshed").length;
console.log(`8 clients, 20 connections: refreshed ${count}, lost ${lost}`);

await pool.query("create table effects (id text)");
const inbox = createPostgresInbox(pool);
const events = Array.from({ length: 100 }, (_, i) => `evt_${i}`);
await Promise.all(
  [...events, ...events, ...events].map(async (id, i) => {
    // A third of the handlers fails after they have written, and their events are delivered again.
    const run = (fails) =>
      inbox.run(id, async (connection) => {
        await connection.query("insert into effects values ($1)", [id]);
        if (fails) throw new Error("handler");
      });
    await run(i % 3 === 0).catch(() => undefined);
    await until(async () => (await ended(run(false), String)) !== "busy");
  }),
);
const { rows } = await pool.query("select id from effects");
const distinct = new Set(rows.map(({ id }) => id)).size;
console.log(
  `inbox: 100 events in 300 deliveries, effects of ${rows.length === distinct ? distinct : `${distinct} in ${rows.length}`}`,
);
await Promise.all(clients.map((client) => client.close()));
await emulator.close();
await pool.end();
