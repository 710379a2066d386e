/**
 * `npm run onboarding`: processes that onboard the sellers of one platform together, each its part, against the
 * emulator with the limits of production: 1, 2 and 4 of them, each counting for itself and then sharing the
 * limits through a store.
 *
 *     npm run onboarding -- --sellers 300 --store redis
 *
 * Prints the time from the first request to the last, compared with one process that counts for itself.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { prepare } from "./lib/prepare.mjs";
import { startStore } from "./processes/servers.mjs";

const values = prepare({
  peers: false,
  options: {
    store: { type: "string", default: "redis" },
    sellers: { type: "string", default: "300" },
  },
});
const sellers = Number(values.sellers);

let alone;
for (const shared of [false, true]) {
  for (const processes of shared ? [2, 4] : [1, 2, 4]) {
    const { seconds, ...seen } = await onboard(processes, shared);
    alone ??= seconds;
    const ratio = (seconds / alone).toFixed(2);
    console.log(JSON.stringify({ processes, shared, seconds: seconds.toFixed(1), ratio, ...seen }));
  }
}
process.exit();

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
