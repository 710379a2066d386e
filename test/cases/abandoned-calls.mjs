/** Calls that are aborted while they wait leave nothing behind: nothing is sent or held for them, and the next call goes ahead. */
// right: undici: 500 ended, the next call answered; later for the others at most 60 connections and 60 requests; the heap levels off
// right: rateLimit: 500 ended, the next call answered; later for the others at most 60 connections and 60 requests; the heap levels off
import { createClient } from "airwallex-connect";
import { ended, levelsOff, serve, sleep, until } from "./lib.mjs";

const calls = 500;
const maxSockets = 20;
/** What is under way when the calls are aborted may arrive later, and each socket may be replaced. */
const fewLater = 3 * maxSockets;
const ways = {
  undici: {},
  rateLimit: { rateLimit: { perSecond: 50, perEndpointPerSecond: 50 } },
};

for (const [name, way] of Object.entries(ways)) {
  let requests = 0;
  const server = await serve(async ({ url }, response) => {
    response.setHeader("content-type", "application/json");
    if (url.endsWith("/login")) {
      return response.end(JSON.stringify({ token: "t", expires_at: "2099-01-01T00:00:00+0000" }));
    }
    requests++;
    await sleep(50);
    response.end(JSON.stringify({ id: url.split("/").at(-1) }));
  });
  const key = { environment: "sandbox", clientId: "a", apiKey: "b", timeoutMs: 60_000 };
  const client = createClient({ ...key, baseUrl: server.url, maxSockets, ...way });
  await client.accounts.retrieve("first");

  async function abandon() {
    const before = requests;
    const controller = new AbortController();
    const { signal } = controller;
    const some = Array.from({ length: calls }, () => client.accounts.retrieve("some", { signal }));
    const settled = Promise.allSettled(some);
    await until(() => requests > before);
    controller.abort();
    return (await settled).length;
  }
  const count = await abandon();
  const sent = { requests, connections: server.connections };
  const next = await ended(client.accounts.retrieve("next"), () => "answered");
  const later = (what, number) => `${number <= fewLater ? `at most ${fewLater}` : number} ${what}`;
  const connections = later("connections", server.connections - sent.connections);
  const more = later("requests", requests - 1 - sent.requests).replace("at most ", "");
  const levels = await levelsOff(abandon, calls);
  console.log(
    `${name}: ${count} ended, the next call ${next}; later for the others ${connections} and ${more}; ${levels}`,
  );
  await client.close();
  await server.close();
}
