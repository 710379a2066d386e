/**
 * `npm run limits`: eight processes that each have more to send than they may, on one API key, against the
 * emulator with the limits of production, for a minute: over Redis and Postgres, with one endpoint and with
 * six, and with one of them killed every five seconds. Writes its part of RESULTS.md. Any argument chooses one
 * such run instead:
 *
 *     npm run limits -- --store redis --processes 8 --seconds 60 --endpoints 1 --kill
 *
 * `--own` lets each process count for itself, to compare.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { sharedLimits } from "./lib/limits.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { table } from "./lib/report.mjs";
import { writeSection, writtenBy } from "./lib/results.mjs";
import { settle } from "./lib/settle.mjs";
import { startStore } from "./processes/servers.mjs";

const chosen = prepare({
  peers: false,
  options: {
    store: { type: "string" },
    processes: { type: "string" },
    seconds: { type: "string" },
    endpoints: { type: "string" },
    kill: { type: "boolean" },
    own: { type: "boolean" },
  },
});
const usual = { store: "redis", processes: 8, seconds: 60, endpoints: 1, kill: false, own: false };
const all = ["redis", "postgres"].flatMap((store) =>
  [1, 6].flatMap((endpoints) =>
    [false, true].map((kill) => ({ ...usual, store, endpoints, kill })),
  ),
);
const isAll = Object.keys(usual).every((name) => chosen[name] === undefined);

const rows = [];
for (const row of isAll ? all : [one(chosen)]) {
  const run = async () => ({ ...row, ...(await measure(row)) });
  rows.push(await settle(JSON.stringify(row), run, isAsItShouldBe));
}
const text = report(rows);
process.stdout.write(`${text}\n`);
if (isAll) writeSection("limits", text);
const failed = rows.filter((row) => !isAsItShouldBe(row));
for (const row of failed) say(`Not as it should be: ${JSON.stringify(row)}`);
process.exit(failed.length > 0 ? 1 : 0);

function one({ store, processes, seconds, endpoints, kill, own }) {
  const numbers = Object.entries({ processes, seconds, endpoints })
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => [name, Number(text)]);
  const given = { store, kill, own, ...Object.fromEntries(numbers) };
  return { ...usual, ...JSON.parse(JSON.stringify(given)) };
}

async function measure({ store, processes, seconds, endpoints, kill, own }) {
  const emulator = start("emulator", { rateLimits: "production" });
  putBefore(emulator, -10);
  const [{ options }] = await once(emulator, "message");
  const server = await startStore(store);
  const order = { options, where: server.where, endpoints, shared: !own };
  const places = Array.from({ length: processes }, () => createPlace(order));
  try {
    while (places.some((place) => place.isCold())) await sleep(50);
    // What has been refused until here counts; how much of the limit is used is measured from here.
    await sleep(2000);
    const before = await look(emulator, places);
    const kills = await killInTurn(places, { endsAt: performance.now() + seconds * 1000, kill });
    const after = await look(emulator, places);
    return { kills, ...figures(before, after, Math.min(20 * endpoints, 100) * seconds) };
  } finally {
    for (const place of places) place.stop();
    emulator.kill();
    await server.stop();
  }
}

/** A place among the workers: what it has sent, by whichever process held it. */
function createPlace(order) {
  const before = { ok: 0, trips: 0, failed: 0 };
  let now;
  let worker = startWorker();
  function startWorker() {
    const started = start("limits-worker", order);
    putBefore(started, 19);
    started.once("message", () => putBefore(started, 0));
    started.on("message", (told) => {
      now = told;
    });
    return started;
  }
  const soFar = (name) => before[name] + (now?.[name] ?? 0);
  return {
    isCold: () => !now?.ok,
    soFar,
    error: () => now?.error,
    async restart() {
      worker.kill("SIGKILL");
      await once(worker, "close");
      for (const name of Object.keys(before)) before[name] = soFar(name);
      now = undefined;
      worker = startWorker();
    },
    stop: () => worker.kill("SIGKILL"),
  };
}

/**
 * Lets a process run before others, or after them. The API is not one of the platform's machines, and a
 * process that starts does not take the time of the others: here they share a few cores. Needs the right to.
 */
function putBefore({ pid }, nice) {
  try {
    setPriority(pid, nice);
  } catch {
    // The figures are less sure, and the same is measured.
  }
}

async function killInTurn(places, { endsAt, kill }) {
  let kills = 0;
  while (performance.now() < endsAt) {
    await sleep(Math.min(5000, endsAt - performance.now()));
    if (!kill || performance.now() > endsAt - 1000) continue;
    await places[kills++ % places.length].restart();
  }
  return kills;
}

async function look(emulator, places) {
  emulator.send("stats");
  const [{ counts }] = await once(emulator, "message");
  return {
    counts,
    sent: places.map((place) => place.soFar("ok")),
    trips: sum(places.map((place) => place.soFar("trips"))),
    failed: sum(places.map((place) => place.soFar("failed"))),
    error: places.map((place) => place.error()).find((error) => error),
  };
}

function figures(before, after, mostCalls) {
  const difference = (name) => after.counts[name] - (before.counts[name] ?? 0);
  const names = Object.keys(after.counts);
  const count = (test) => sum(names.filter(test).map(difference));
  const shares = after.sent.map((calls, index) => calls - before.sent[index]);
  const calls = sum(shares);
  return {
    used: count((name) => / 20\d$/.test(name) && !name.includes("login")) / mostCalls,
    refused: sum(names.filter((name) => name.endsWith(" 429")).map((name) => after.counts[name])),
    slowest: Math.min(...shares) / (calls / shares.length),
    tripsPer100Calls: (100 * (after.trips - before.trips)) / calls,
    failed: after.failed,
    logins: sum(names.filter((name) => name.includes("login")).map((name) => after.counts[name])),
    error: after.error,
  };
}

function isAsItShouldBe({ own, used, slowest, refused, failed }) {
  const { leastUsed, leastShare } = sharedLimits;
  return own || (used >= leastUsed && slowest >= leastShare && refused === 0 && failed === 0);
}

function report(measured) {
  const { leastUsed, leastShare } = sharedLimits;
  const about = `${writtenBy("limits")} Processes that each have more to send than they may, against the emulator with the limits of production: 20 requests a second to each endpoint, 100 in all. No request may be refused and no call fail, at least ${leastUsed * 100} % of the limit must be used, and the slowest process must get at least ${leastShare} of its share. A row that is not so is measured again, twice at most, because a busy machine only makes it worse.`;
  const lines = measured.map((row) => [
    row.own ? "none" : row.store,
    row.processes,
    row.endpoints,
    row.kill ? `${row.kills}` : "none",
    `${(row.used * 100).toFixed(1)} %`,
    row.slowest.toFixed(2),
    row.refused,
    row.failed,
    row.logins,
    Math.round(row.tripsPer100Calls),
    row.attempt,
  ]);
  const head = [
    ...["store", "processes", "endpoints", "killed", "of the limit", "slowest share"],
    ...["429", "calls failed", "logins", "round trips per 100 calls", "measured"],
  ];
  return `${about}\n\n${table(head, lines)}`;
}

function start(name, order) {
  // Plain JavaScript, so none of what compiles TypeScript here: a process starts in a tenth of a second.
  const options = { execArgv: [] };
  return fork(new URL(`processes/${name}.mjs`, import.meta.url), [JSON.stringify(order)], options);
}

function sum(numbers) {
  return numbers.reduce((all, number) => all + number, 0);
}
