/**
 * `npm run limits`: processes that each have more to send than they may, on one API key, against the
 * emulator with the limits of production.
 *
 *     npm run limits -- --store redis --processes 8 --seconds 60 --endpoints 1 --kill
 *
 * Prints how much of the limit was used, how many requests were refused, what the slowest process got of its
 * share, and how many round trips to the store that took. `--kill` kills a process every five seconds and
 * starts another. `--own` lets each process count for itself, to compare.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { prepare } from "./lib/prepare.mjs";
import { startStore } from "./processes/servers.mjs";

const values = prepare({
  peers: false,
  options: {
    store: { type: "string", default: "redis" },
    processes: { type: "string", default: "8" },
    seconds: { type: "string", default: "60" },
    endpoints: { type: "string", default: "1" },
    kill: { type: "boolean", default: false },
    own: { type: "boolean", default: false },
  },
});
const processes = Number(values.processes);
const seconds = Number(values.seconds);
const endpoints = Number(values.endpoints);
const limit = Math.min(20 * endpoints, 100);

const start = (name, ...args) =>
  fork(
    new URL(`processes/${name}.mjs`, import.meta.url),
    args.map((arg) => JSON.stringify(arg)),
  );
const emulator = start("emulator", { rateLimits: "production" });
const [{ options }] = await once(emulator, "message");
const server = await startStore(values.store);

/** What each place among the workers has sent, by whichever process held it. */
const sent = Array.from({ length: processes }, () => ({ before: 0, trips: 0, now: undefined }));
const workers = sent.map((place) => startWorker(place));
function startWorker(place) {
  const order = { options, where: server.where, endpoints, shared: !values.own };
  const worker = start("limits-worker", order);
  worker.on("message", (told) => {
    place.now = told;
  });
  return worker;
}
const allReady = async () => {
  while (sent.some(({ now }) => !now?.ok)) await new Promise((resolve) => setTimeout(resolve, 50));
};
await allReady();

const counted = () => {
  emulator.send("stats");
  return once(emulator, "message").then(([stats]) => stats.counts);
};
const of = (place) => place.before + (place.now?.ok ?? 0);
const tripsOf = (place) => place.trips + (place.now?.trips ?? 0);
const before = { counts: await counted(), sent: sent.map(of), trips: sent.map(tripsOf) };
const endsAt = performance.now() + seconds * 1000;
let kills = 0;
while (performance.now() < endsAt) {
  await new Promise((resolve) => setTimeout(resolve, Math.min(5000, endsAt - performance.now())));
  if (!values.kill || performance.now() > endsAt - 1000) continue;
  const index = kills++ % processes;
  workers[index].kill("SIGKILL");
  await once(workers[index], "close");
  const place = sent[index];
  Object.assign(place, { before: of(place), trips: tripsOf(place), now: undefined });
  workers[index] = startWorker(place);
}
const after = { counts: await counted(), sent: sent.map(of), trips: sent.map(tripsOf) };
for (const worker of workers) worker.kill("SIGKILL");
emulator.kill();
await server.stop();

const difference = (name) => (after.counts[name] ?? 0) - (before.counts[name] ?? 0);
const names = [...new Set(Object.keys(after.counts))];
const sum = (test) => names.filter(test).reduce((total, name) => total + difference(name), 0);
const accepted = sum((name) => / 20\d$/.test(name) && !name.includes("login"));
const refused = sum((name) => name.endsWith(" 429"));
const shares = after.sent.map((count, index) => count - before.sent[index]);
const total = shares.reduce((all, count) => all + count, 0);
const trips = after.trips.reduce((all, count, index) => all + count - before.trips[index], 0);
console.log(
  JSON.stringify({
    store: values.own ? "none" : values.store,
    ...{ processes, seconds, endpoints, kills, accepted, refused },
    used: (accepted / (limit * seconds)).toFixed(3),
    slowest: (Math.min(...shares) / (total / processes)).toFixed(2),
    tripsPer100Calls: Math.round((100 * trips) / total),
    failed: sent.reduce((all, { now }) => all + (now?.failed ?? 0), 0),
    error: sent.find(({ now }) => now?.error)?.now.error,
    logins: names
      .filter((name) => name.includes("login"))
      .map((name) => `${name}: ${after.counts[name]}`),
  }),
);
process.exit(0);
