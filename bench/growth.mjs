/**
 * `npm run growth`: what a unit of work costs at 1x, 10x and 100x of the size, for everything whose size grows
 * with a platform. Writes the table into RESULTS.md. Each size has a process of its own.
 *
 *     npm run growth -- --only inbox
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { mostGrowth } from "./lib/limits.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { table } from "./lib/report.mjs";
import { writeSection, writtenBy } from "./lib/results.mjs";
import { settle } from "./lib/settle.mjs";

if (process.send) await measureHere();
else await measureAll();

async function measureAll() {
  const { only } = prepare({ peers: false, options: { only: { type: "string" } } });
  const { subjects } = await import("./lib/subjects.mjs");
  const rows = [];
  for (const [index, { what, sizes, counts, because }] of subjects.entries()) {
    if (only !== undefined && !what.includes(only)) continue;
    const measured = await settle(
      what,
      () => measureGrowth(index, sizes),
      ({ growth }) => growth <= mostGrowth || Boolean(because),
    );
    rows.push({ what, sizes, counts, because, ...measured });
  }
  const text = report(rows);
  process.stdout.write(`${text}\n`);
  if (only === undefined) writeSection("growth", text);
  const over = rows.filter(({ growth, because }) => growth > mostGrowth && !because);
  for (const { what } of over) say(`Grows by more than ${mostGrowth} x: ${what}`);
  process.exit(over.length > 0 ? 1 : 0);
}

async function measureGrowth(index, sizes) {
  const costs = [];
  for (const size of sizes) costs.push(await inOwnProcess(index, size));
  return { costs, growth: costs[2] / costs[0] };
}

function report(rows) {
  const about = `${writtenBy("growth")} What one unit costs in microseconds, the lowest of several rounds, each size in a process of its own: CPU of the process, or time where a store on a server takes part. Nothing should grow by more than ${mostGrowth} x from 1x to 100x; what does is measured again, twice at most. At a load above 2 others were at work, and times are less sure than CPU.`;
  const lines = rows.map(({ what, sizes, counts, because, costs, growth }) => [
    because ? `${what}. ${because}` : what,
    sizes.map((size) => size.toLocaleString("en")).join(", "),
    counts,
    ...costs.map((cost) => cost.toFixed(cost < 10 ? 2 : 0)),
    `**${growth.toFixed(2)}**`,
  ]);
  return `${about}\n\n${table(["what", "sizes", "counts", "1x", "10x", "100x", "growth"], lines)}`;
}

async function inOwnProcess(index, size) {
  const execArgv = ["--expose-gc", "--import", "tsx"];
  const child = fork(new URL(import.meta.url), [String(index), String(size)], { execArgv });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`Measuring at ${size} ended with ${code ?? signal}`);
  });
  const [cost] = await Promise.race([once(child, "message"), ended]);
  return cost;
}

async function measureHere() {
  const [index, size] = process.argv.slice(2).map(Number);
  const { subjects } = await import("./lib/subjects.mjs");
  const cost = await subjects[index].measure(size);
  process.send(cost, () => process.exit());
}
