/**
 * `npm run gate`: measures what is promised, prints the figures, and exits with 1 if a promise is
 * broken.
 */

import { withServer } from "./lib/child.mjs";
import { measureDispatcher, measureMainImport } from "./lib/imports.mjs";
import { limits } from "./lib/limits.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { withContestants } from "./lib/rounds.mjs";

const [bare, ours, vendor] = ["undici.request", "airwallex-connect", "@airwallex/node-sdk"];
const attempts = 3;

prepare();
const failed = await withServer(async (server) => [
  ...(await settle(() => imported())),
  ...(await settle(() => kept(server.origin))),
  ...(await withContestants([bare, ours, vendor], server, 2000, async (run) => [
    ...(await settle(() => read(run))),
    ...(await settle(() => updated(run))),
  ])),
]);
if (failed.length > 0) {
  say(`Not met: ${failed.join("; ")}`);
  process.exitCode = 1;
}

/**
 * A busy machine only ever makes a figure worse, so a missed limit is measured again, at most twice;
 * meeting it once is enough.
 *
 * @param {() => Promise<readonly Verdict[]>} measure
 * @returns {Promise<readonly string[]>} what was never met
 */
async function settle(measure) {
  const met = new Set();
  for (let attempt = 1; ; attempt++) {
    const verdicts = await measure();
    for (const { passed, limit, figure } of verdicts) {
      if (passed) met.add(limit);
      process.stdout.write(`${passed ? "ok  " : "FAIL"}  ${figure}; the limit: ${limit.text}\n`);
    }
    const open = verdicts.filter(({ limit }) => !met.has(limit));
    if (open.length === 0) return [];
    if (attempt === attempts) return open.map(({ limit }) => limit.text);
    say(`Measuring again, because the machine may have been busy (${attempts - attempt} left)`);
  }
}

/** @typedef {{ passed: boolean, figure: string, limit: { text: string } }} Verdict */

async function imported() {
  const { x, cpuX, ms, loads } = await measureMainImport(21);
  const unwanted = loads.filter((name) => limits.loads.none.includes(name));
  return [
    {
      // The promise is about time. On a busy machine that says little, so CPU time may stand in for it.
      passed: Math.min(x, cpuX) <= limits.import.most,
      figure: `import ${x.toFixed(3)} x the time of bare node (CPU ${cpuX.toFixed(3)} x, ${ms.toFixed(1)} ms more)`,
      limit: limits.import,
    },
    {
      passed: unwanted.length === 0,
      figure: `import loads ${loads.join(", ") || "no dependency"}`,
      limit: limits.loads,
    },
  ];
}

async function kept(origin) {
  const { afterImport, afterCall } = await measureDispatcher(origin);
  const said = (kept) => (kept ? "kept" : "replaced");
  const figure = `dispatcher of fetch: ${said(afterImport)} by the import, ${said(afterCall)} by a call`;
  return [{ passed: afterImport && afterCall, figure, limit: limits.dispatcher }];
}

async function read(run) {
  const rows = await run({ method: "get", callers: 64, ms: 150, rounds: 40 });
  const [us, them] = [ours, vendor].map((client) => rows.get(client));
  // With 64 callers a client is limited by its CPU core, unless something else holds it up.
  const perCore = them.cpuLowestUs / us.cpuLowestUs;
  const seen = us.perSecondHighest / them.perSecondHighest;
  const figure = `GET ${perCore.toFixed(1)} x the calls per second and core of ${vendor} (${seen.toFixed(1)} x seen)`;
  return [
    cpu("GET", rows, limits.get),
    { passed: Math.max(perCore, seen) >= limits.vendor.least, figure, limit: limits.vendor },
  ];
}

async function updated(run) {
  const rows = await run({ method: "post", callers: 64, ms: 150, rounds: 40 }, [bare, ours]);
  return [cpu("POST", rows, limits.post)];
}

/** The lowest of the rounds: other load on the machine only ever adds. */
function cpu(name, rows, limit) {
  const [floor, cost] = [bare, ours].map((client) => rows.get(client).cpuLowestUs);
  const x = cost / floor;
  const figure = `${name} ${x.toFixed(3)} x (CPU ${cost.toFixed(1)} µs against ${floor.toFixed(1)})`;
  return { passed: x <= limit.most, figure, limit };
}
