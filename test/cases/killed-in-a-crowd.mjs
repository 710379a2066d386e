/** A process that is killed while it renews many connections leaves in doubt only those that it had asked for; none is lost. */
// right: killed among 150: some connections in doubt, at most 50
// right: the next process: every connection renewed or in doubt, CONNECTED 150
// needs: redis
import { fork } from "node:child_process";
import { once } from "node:events";
import { startEmulator } from "airwallex-connect/emulator";
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";
import { connect, oauthClient, proxy, sleep, until } from "./lib.mjs";

const size = 150;
/** As many as a process has sockets. */
const atOnce = 50;
const redis = new Redis(process.env.REDIS_URL);
const store = createRedisStore(redis);

if (process.send) await renewAll();
else await main();

/** Runs in a process of its own: says how the refreshes ended. */
async function renewAll() {
  const { baseUrl, ids } = JSON.parse(process.argv[2]);
  const client = oauthClient({ baseUrl, timeoutMs: 120_000, maxSockets: atOnce }, store);
  const ends = await Promise.allSettled(ids.map((id) => client.oauth.refresh(id)));
  const names = ends.map(({ reason }) => reason?.name ?? "renewed");
  process.send(names, () => process.exit());
}

async function main() {
  const emulator = await startEmulator();
  let renewals = 0;
  const server = await proxy(emulator.url, async ({ url, body, forward }) => {
    const answer = await forward();
    if (url !== "/oauth/token" || !body.includes("refresh_token")) return answer;
    renewals++;
    await sleep(500);
    return answer;
  });
  const client = oauthClient({ baseUrl: server.url }, store);
  const ids = [];
  for (let i = 0; i < size; i++) ids.push(await connect(client, emulator, { signUp: true }));
  await client.close();
  const start = () =>
    fork(new URL(import.meta.url), [JSON.stringify({ baseUrl: server.url, ids })]);

  const first = start();
  await until(() => renewals > atOnce);
  first.kill("SIGKILL");
  await once(first, "exit");
  const records = ids.map(async (id) => (await store.read(`airwallex:connection:${id}`)).value);
  const marks = (await Promise.all(records)).filter((value) => JSON.parse(value).spentBy).length;
  const some = marks === 0 ? "none" : "some";
  const most = marks <= atOnce ? `at most ${atOnce}` : marks;
  console.log(`killed among ${size}: ${some} connections in doubt, ${most}`);

  const [ends] = await once(start(), "message");
  const expected = ["renewed", "RefreshOutcomeUnknownError"];
  const others = ends.filter((end) => !expected.includes(end));
  const unknown = ends.filter((end) => end === "RefreshOutcomeUnknownError").length;
  const all =
    others.length === 0 && unknown <= marks
      ? "every connection renewed or in doubt"
      : `${unknown} in doubt, and ${others.join(", ")}`;
  const connected = emulator.oauth.connections.filter(({ status }) => status === "CONNECTED");
  console.log(`the next process: ${all}, CONNECTED ${connected.length}`);
  await Promise.all([server.close(), emulator.close()]);
  store.close();
  redis.disconnect();
}
