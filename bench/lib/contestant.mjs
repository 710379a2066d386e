/** One contestant in a process of its own, so that none shares a heap or compiled code with another. */

import { contestants } from "./clients.mjs";
import { quantile } from "./stats.mjs";

const [, , name, origin] = process.argv;
const client = await contestants[name](origin);
await check();
process.send("ready");
process.on("message", async (round) => process.send(await run(round)));
process.on("disconnect", () => process.exit());

/** A wrong response would be measured all the same; ours must also have its shape accepted. */
async function check() {
  for (const answer of [await client.get(), await client.post()]) {
    if (answer.nickname !== "Swift Concrete") throw new Error(`${name} did not read the account`);
  }
  if (name !== "airwallex-connect") return;
  const strict = await contestants[name](origin, { validation: "strict" });
  await strict.get();
}

/** As many callers as asked for, each waiting for its response before it calls again. */
async function run({ method, callers, ms }) {
  const call = client[method];
  const took = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + ms;
  async function caller() {
    for (let now = performance.now(); now < end; ) {
      await call();
      const then = now;
      now = performance.now();
      took.push(now - then);
    }
  }
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return {
    cpuUs: (user + system) / took.length,
    perSecond: (took.length / elapsedMs) * 1000,
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
  };
}
