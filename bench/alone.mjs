/**
 * `npm run alone`: what a call costs when no other is under way, compared with hand-written undici.request.
 *
 * Both clients share one process and one server, and take turns in short blocks of calls, each call after the
 * one before it. The result is the median of the ratios of neighbouring blocks: whatever else the machine does
 * concerns both. Two processes in turn did not give a stable figure for a lone call.
 */

import { withServer } from "./lib/child.mjs";
import { contestants } from "./lib/clients.mjs";
import { loneLimits } from "./lib/limits.mjs";
import { prepare } from "./lib/prepare.mjs";
import { median, quantile } from "./lib/stats.mjs";

const { pairs, callsPerBlock, warmUpPairs } = { pairs: 600, callsPerBlock: 40, warmUpPairs: 60 };
const attempts = 3;

prepare({ peers: false });
await withServer(async ({ origin }) => {
  const byHand = await contestants["undici.request"](origin);
  const ours = await contestants["airwallex-connect"](origin);
  for (const [method, limit] of [
    ["get", loneLimits.get],
    ["post", loneLimits.post],
  ]) {
    for (let attempt = 1; ; attempt++) {
      const { ratio, from, to, microseconds } = await compare(byHand[method], ours[method]);
      const met = ratio <= limit.most;
      process.stdout.write(
        `${met ? "ok  " : "FAIL"}  a lone ${method.toUpperCase()} takes ${ratio.toFixed(3)} x (half of the pairs between ${from.toFixed(2)} and ${to.toFixed(2)}; ${microseconds.map(Math.round).join(" µs against ")} µs); the limit: ${limit.text}\n`,
      );
      if (met) break;
      if (attempt === attempts) process.exitCode = 1;
      if (attempt === attempts) break;
    }
  }
});
process.exit();

async function compare(theirs, ours) {
  const took = { theirs: [], ours: [] };
  const ratios = [];
  for (let pair = -warmUpPairs; pair < pairs; pair++) {
    // Each goes first half of the time.
    const oursFirst = pair % 2 === 0;
    const first = await block(oursFirst ? ours : theirs);
    const second = await block(oursFirst ? theirs : ours);
    if (pair < 0) continue;
    const [us, them] = oursFirst ? [first, second] : [second, first];
    took.ours.push(us);
    took.theirs.push(them);
    ratios.push(us / them);
  }
  return {
    ratio: median(ratios),
    from: quantile(ratios, 0.25),
    to: quantile(ratios, 0.75),
    microseconds: [median(took.ours), median(took.theirs)],
  };
}

/** Microseconds a call. */
async function block(call) {
  const start = performance.now();
  for (let count = 0; count < callsPerBlock; count++) await call();
  return ((performance.now() - start) * 1000) / callsPerBlock;
}
