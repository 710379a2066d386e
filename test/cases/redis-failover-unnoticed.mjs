/** After a failover that lost the last write, the process that made the refresh writes it again, though nobody calls. */
// right: restored by itself, then renewed by another process, CONNECTED
// needs: redis-server
// slow
import { createRedisStore } from "airwallex-connect/stores/redis";
import { connect, ended, oauthClient, renewalServer, replicatedRedis, until } from "./lib.mjs";

const redis = await replicatedRedis();
const server = await renewalServer();
const { emulator } = server;
const store = createRedisStore(redis.client);
const kinds = [];
const observer = { onConnection: ({ kind }) => kinds.push(kind) };
const client = oauthClient({ baseUrl: server.url, observer }, store);
const id = await connect(client, emulator);

await redis.freeze();
await client.oauth.refresh(id);
await redis.failOver();
const restored = await until(() => kinds.includes("restored")).catch(() => false);
emulator.clock.advance("2m");
const other = oauthClient({ baseUrl: server.url }, store);
const renewed = await ended(other.oauth.refresh(id), () => "renewed");
const [{ status }] = emulator.oauth.connections;
console.log(
  `${restored ? "restored by itself" : `not restored (${kinds})`}, then ${renewed} by another process, ${status}`,
);
await Promise.all([client.close(), other.close()]);
store.close();
await redis.close();
await server.close();
