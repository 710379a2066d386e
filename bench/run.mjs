/** The whole bench: `npm run bench` in the root, or `npm run quick` here for a first impression. */

import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { withServer } from "./lib/child.mjs";
import { contestants } from "./lib/clients.mjs";
import { measureFirstCall, measureStorm } from "./lib/cold.mjs";
import { measureDispatcher, measureImports } from "./lib/imports.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { report } from "./lib/report.mjs";
import { writeMain } from "./lib/results.mjs";
import { withContestants } from "./lib/rounds.mjs";
import { measureSchemas } from "./lib/schemas.mjs";
import { measureSizes } from "./lib/sizes.mjs";

const full = {
  callers: [1, 16, 64],
  rounds: 14,
  roundMs: 220,
  warmUpMs: 1500,
  runs: 11,
  storm: { callers: 10_000, runs: 1 },
};
const quick = {
  callers: [64],
  rounds: 7,
  roundMs: 120,
  warmUpMs: 500,
  runs: 3,
  storm: { callers: 1000, runs: 1 },
};

const [before] = loadavg();
const wanted = prepare();
const plan = wanted.quick ? quick : full;
const start = performance.now();

const figures = await withServer(async (server) => ({
  calls: await withContestants(Object.keys(contestants), server, plan.warmUpMs, measureCalls),
  dispatcher: await measureDispatcher(server.origin),
  firstCall: await step("first calls", () => measureFirstCall(server.origin, plan.runs)),
}));
const imports = await step("imports", () => measureImports(plan.runs));
const schemas = await step("schemas", () => measureSchemas(plan));
const sizes = await step("sizes of bundles", measureSizes);
const { callers, runs } = plan.storm;
const rows = await step("cold start", () => measureStorm(callers, runs));
const storm = { callers, rows };

const seconds = Math.round((performance.now() - start) / 1000);
const load = { before, after: loadavg()[0] };
const text = report({ ...figures, imports, sizes, schemas, storm, seconds, load });
if (wanted.quick) process.stdout.write(`${text}\nA quick run: too short to be kept.\n`);
else {
  writeMain(text);
  say("Wrote bench/RESULTS.md");
}

async function measureCalls(run) {
  const tables = [];
  for (const count of plan.callers) {
    for (const method of ["get", "post"]) {
      const rows = await step(`${method} with ${count} callers`, () =>
        run({ method, callers: count, ms: plan.roundMs, rounds: plan.rounds }),
      );
      tables.push({ method, callers: count, bytes: bytesOf(method), rows });
    }
  }
  return tables;
}

/** The size of the payload that goes one way: the response, or the update. */
function bytesOf(method) {
  const file = { get: "account", post: "update" }[method];
  const text = readFileSync(new URL(`fixtures/${file}.json`, import.meta.url), "utf8");
  return JSON.stringify(JSON.parse(text)).length;
}

function step(name, work) {
  say(`Measuring ${name}`);
  return work();
}
