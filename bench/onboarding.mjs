/**
 * `npm run onboarding`: processes that onboard the sellers of one platform together, each its part, against the
 * emulator with the limits of production: 1, 2 and 4 of them, each counting for itself and then sharing the
 * limits through a store.
 *
 *     npm run onboarding -- --sellers 300 --store redis
 *
 * Writes its part of RESULTS.md: the time from the first request to the last, compared with one process that
 * counts for itself.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { onboardingLimits } from "./lib/limits.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { table } from "./lib/report.mjs";
import { writeSection, writtenBy } from "./lib/results.mjs";
import { startStore } from "./processes/servers.mjs";

const values = prepare({
  peers: false,
  options: {
    store: { type: "string", default: "redis" },
    sellers: { type: "string", default: "300" },
  },
});
const sellers = Number(values.sellers);

const rows = [];
for (const shared of [false, true]) {
  for (const processes of shared ? [2, 4] : [1, 2, 4]) {
    say(`Onboarding by ${processes} processes${shared ? " that share the limit" : ""}`);
    rows.push({ processes, shared, ...(await onboard(processes, shared)) });
  }
}
for (const row of rows) row.ratio = row.seconds / rows[0].seconds;
const text = report();
process.stdout.write(`${text}\n`);
if (sellers === 300 && values.store === "redis") writeSection("onboarding", text);
const failed = rows.filter(({ ratio, shared, failed: errors, done }) => {
  const most = shared ? onboardingLimits.shared : onboardingLimits.alone;
  return ratio > most || errors > 0 || done !== sellers;
});
for (const row of failed) say(`Not as it should be: ${JSON.stringify(row)}`);
process.exit(failed.length > 0 ? 1 : 0);

function report() {
  const { alone, shared } = onboardingLimits;
  const about = `${writtenBy("onboarding")} ${sellers} sellers of one platform, onboarded by processes of which each has its part, against the emulator with the limits of production. Several processes should need at most ${alone} x the time of one, and ${shared} x with a shared limit.`;
  const lines = rows.map((row) => [
    row.processes,
    row.shared ? `shared, ${values.store}` : "each its own",
    row.seconds.toFixed(1),
    `**${row.ratio.toFixed(2)}**`,
    row.done,
    row.failed,
    row.refused,
    row.tripsPerSeller,
  ]);
  const head = ["processes", "limit", "seconds", "x", "sellers", "failed", "429"];
  return `${about}\n\n${table([...head, "round trips per seller"], lines)}`;
}

async function onboard(processes, shared) {
  const children = [];
  const start = async (name, order) => {
    const file = new URL(`processes/${name}.mjs`, import.meta.url);
    const child = fork(file, [JSON.stringify(order)], { execArgv: ["--import", "tsx"] });
    children.push(child);
    const [hello] = await once(child, "message");
    return { child, hello };
  };
  const store = await startStore(values.store);
  try {
    const limited = { rateLimits: "production", reviewAfterMs: 1000 };
    const emulator = await start("emulator", limited);
    const workers = await Promise.all(
      Array.from({ length: processes }, (_, index) => {
        const [from, to] = [index, index + 1].map((part) =>
          Math.floor((sellers * part) / processes),
        );
        const { options } = emulator.hello;
        return start("onboarding-worker", { options, where: store.where, from, to, shared });
      }),
    );
    const reports = await Promise.all(
      workers.map(({ child }) => {
        child.send("go");
        return once(child, "message").then(([report]) => report);
      }),
    );
    emulator.child.send("stats");
    const [{ counts, spanMs }] = await once(emulator.child, "message");
    const refused = sum(
      Object.keys(counts).map((name) => (name.endsWith(" 429") ? counts[name] : 0)),
    );
    return {
      seconds: spanMs / 1000,
      done: sum(reports.map((report) => report.counts.done)),
      failed: sum(reports.map((report) => report.counts.failed)),
      refused,
      tripsPerSeller: Math.round(sum(reports.map(({ trips }) => trips)) / sellers),
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await store.stop();
  }
}

function sum(numbers) {
  return numbers.reduce((all, number) => all + number, 0);
}
