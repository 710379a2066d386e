/** On a Redis cluster a refresh works, and a node that dies ends no connection: calls fail in time, and the token in memory still works. */
// right: ioredis: renewed, listed; node dead: refresh_unavailable, answered; CONNECTED
// right: node-redis: renewed, listed; node dead: refresh_unavailable, answered; CONNECTED
// needs: redis-server
import { startEmulator } from "airwallex-connect/emulator";
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { connect, ended, oauthClient } from "./lib.mjs";
import { redisCommand, startRedisCluster } from "./servers.mjs";

const libraries = {
  ioredis(nodes) {
    const at = nodes.map(({ port }) => ({ host: "127.0.0.1", port }));
    const redisOptions = { commandTimeout: 3000 };
    const client = new Cluster(at, { redisOptions, clusterRetryStrategy: () => 100 });
    client.on("error", () => undefined);
    return { client, close: () => client.disconnect() };
  },
  async "node-redis"(nodes) {
    const rootNodes = nodes.map(({ url }) => ({ url }));
    const client = createCluster({ rootNodes, defaults: { disableOfflineQueue: true } });
    client.on("error", () => undefined);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

for (const [name, open] of Object.entries(libraries)) {
  const nodes = await startRedisCluster(3);
  const { client: redis, close } = await open(nodes);
  const emulator = await startEmulator();
  const store = createRedisStore(redis);
  const client = oauthClient({ baseUrl: emulator.url }, store);
  const id = await connect(client, emulator);
  const renewed = await ended(client.oauth.refresh(id), () => "renewed");
  const { keys } = await store.list({ prefix: "" }).catch(() => ({ keys: [] }));
  const listed = keys.some(({ key }) => key.includes(id)) ? "listed" : "not listed";
  const owner = await ownerOf("{airwallex-connect}:keys", nodes);
  await owner.stop();
  const refused = await ended(client.oauth.refresh(id), () => "renewed");
  const called = await ended(client.oauth.connection(id).accounts.current(), () => "answered");
  const [{ status }] = emulator.oauth.connections;
  console.log(
    `${name}: ${renewed}, ${listed}; node dead: ${refused.split(" ")[0]}, ${called}; ${status}`,
  );
  await client.close();
  store.close();
  close();
  await emulator.close();
  for (const node of nodes) if (node !== owner) await node.stop();
}

/** The node that serves the key: slots are shared out evenly, in order. */
async function ownerOf(key, nodes) {
  const slot = Number((await redisCommand(nodes[0].port, `CLUSTER KEYSLOT ${key}`)).slice(1));
  return nodes.findLast((_, index) => slot >= Math.floor((16_384 * index) / nodes.length));
}
