/** Nightly jobs at a token endpoint that allows 5 requests a second: no connection fails, and each is renewed. */
// right: 2 jobs, 100 connections: failed 0, renewed 100 of 100, CONNECTED 100
// slow
import { startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { connect, oauthClient, proxy } from "./lib.mjs";

const size = 100;
const perSecond = 5;
const emulator = await startEmulator();
const store = createMemoryStore();
const direct = oauthClient({ baseUrl: emulator.url }, store);
for (let i = 0; i < size; i++) await connect(direct, emulator, { signUp: true });
await direct.close();

let answered = [];
const limited = await proxy(emulator.url, ({ url, forward }) => {
  if (url !== "/oauth/token") return forward();
  const now = performance.now();
  answered = answered.filter((atMs) => atMs > now - 1000);
  if (answered.length >= perSecond) return { status: 429, body: '{"code":"too_many_requests"}' };
  answered.push(now);
  return forward();
});
const jobs = Array.from({ length: 2 }, () => oauthClient({ baseUrl: limited.url }, store));
const week = 7 * 24 * 3600_000;
const results = await Promise.all(
  jobs.map((job) => job.oauth.refreshExpiring({ withinMs: 100 * week, concurrency: 50 })),
);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const { connections } = emulator.oauth;
const renewed = connections.filter(({ refreshes }) => refreshes > 0).length;
const connected = connections.filter(({ status }) => status === "CONNECTED").length;
console.log(
  `${jobs.length} jobs, ${size} connections: failed ${failed}, renewed ${renewed} of ${size}, CONNECTED ${connected}`,
);
await Promise.all(jobs.map((job) => job.close()));
await Promise.all([limited.close(), emulator.close()]);
