/** A Redis that restarts without its data is given back the pair that a process holds; nothing is spent twice. */
// right: between calls: renewed, CONNECTED; consented again: renewed, answered, stored
// right: in the middle of a refresh: renewed, unsaved, CONNECTED; consented again: renewed, answered, stored
// needs: redis-server
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";
import { connect, ended, oauthClient, renewalServer, until } from "./lib.mjs";
import { startRedis, startRedisOn } from "./servers.mjs";

for (const when of ["between calls", "in the middle of a refresh"]) {
  let redis = await startRedis();
  const server = await renewalServer();
  const redisClient = new Redis(redis.url, { retryStrategy: () => 50, commandTimeout: 10_000 });
  redisClient.on("error", () => undefined);
  const store = createRedisStore(redisClient);
  const kinds = new Set();
  const observer = { onConnection: ({ kind }) => kinds.add(kind) };
  const client = oauthClient({ baseUrl: server.url, observer }, store);
  const id = await connect(client, server.emulator);
  async function restart() {
    await redis.stop();
    redis = await startRedisOn(redis.port);
    await until(() => redisClient.ping().catch(() => false));
  }
  if (when.startsWith("in")) server.afterRenewal = restart;
  else await restart();
  const first = [await ended(client.oauth.refresh(id), () => "renewed")];
  if (kinds.has("unsaved")) first.push("unsaved");
  const [{ status }] = server.emulator.oauth.connections;

  const sameId = await connect(client, server.emulator);
  server.emulator.clock.advance("2m");
  const again = await ended(client.oauth.refresh(sameId), () => "renewed");
  const called = await ended(client.oauth.connection(sameId).accounts.current(), () => "answered");
  const stored = await until(() => store.read(`airwallex:connection:${sameId}`));
  console.log(
    `${when}: ${[...first, status].join(", ")}; consented again: ${again}, ${called}, ${stored && "stored"}`,
  );
  await client.close();
  store.close();
  redisClient.disconnect();
  await redis.stop();
  await server.close();
}
