/** A Redis that fails over to a replica without the last write loses no connection: whoever knows the newer pair uses it. */
// right: after a refresh: renewed, CONNECTED, store has the newest pair
// right: in the middle of a refresh: renewed, CONNECTED, store has the newest pair
// needs: redis-server
import { createRedisStore } from "airwallex-connect/stores/redis";
import { connect, ended, oauthClient, renewalServer, replicatedRedis, until } from "./lib.mjs";

for (const when of ["after a refresh", "in the middle of a refresh"]) {
  const redis = await replicatedRedis();
  const server = await renewalServer();
  const { emulator } = server;
  const store = createRedisStore(redis.client);
  const client = oauthClient({ baseUrl: server.url }, store);
  const id = await connect(client, emulator);
  await client.oauth.refresh(id);
  const stored = async () => JSON.parse((await store.read(`airwallex:connection:${id}`)).value);
  const before = (await stored()).refreshToken;

  await redis.freeze();
  if (when.startsWith("in")) server.afterRenewal = redis.failOver;
  const refreshed = await ended(client.oauth.refresh(id));
  if (when.startsWith("after")) await redis.failOver();
  // A refresh token that was used works for one more minute.
  emulator.clock.advance("2m");
  const again = await ended(client.oauth.refresh(id), () => "renewed");
  const [{ status }] = emulator.oauth.connections;
  const newest = await until(async () => {
    const { refreshToken, spender } = await stored();
    return refreshToken !== before && spender === undefined;
  });
  const described = newest ? "store has the newest pair" : `store is behind (${refreshed})`;
  console.log(`${when}: ${again}, ${status}, ${described}`);
  await client.close();
  store.close();
  await redis.close();
  await server.close();
}
