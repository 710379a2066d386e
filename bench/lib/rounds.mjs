/** Runs contestants in turn, round after round, so that a noisy moment hits all of them alike. */

import { startChild } from "./child.mjs";
import { highest, lowest, median } from "./stats.mjs";

/**
 * Starts one process per contestant and warms each up for `warmUpMs` on every method.
 *
 * @param {readonly string[]} names
 * @param {(run: (plan: Plan, names?: readonly string[]) => Promise<Map<string, Summary>>) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withContestants(names, server, warmUpMs, work) {
  const running = new Map();
  try {
    for (const name of names) {
      const child = await startChild("contestant.mjs", [name, server.origin]);
      running.set(name, child);
      for (const method of ["get", "post"]) {
        await child.ask({ method, callers: 64, ms: warmUpMs });
      }
    }
    return await work((plan, chosen = names) =>
      interleave(
        chosen.map((name) => [name, running.get(name)]),
        plan,
        server,
      ),
    );
  } finally {
    for (const child of running.values()) child.stop();
  }
}

/** @typedef {{ method: "get" | "post", callers: number, ms: number, rounds: number }} Plan */

async function interleave(order, { method, callers, ms, rounds }, server) {
  const samples = new Map(order.map(([name]) => [name, []]));
  for (const [, child] of order) await child.ask({ method, callers, ms });
  for (let round = 0; round < rounds; round++) {
    for (const [name, child] of order) {
      const before = await server.report();
      const sample = await child.ask({ method, callers, ms });
      const after = await server.report();
      const serverShare = (after.cpuUs - before.cpuUs) / (ms * 1000);
      samples.get(name).push({ ...sample, serverShare });
    }
    // Rotate, so that none always runs after the same neighbour.
    order.push(order.shift());
  }
  return new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
}

/** @typedef {ReturnType<typeof summarize>} Summary */
function summarize(samples) {
  const of = (member) => samples.map((sample) => sample[member]);
  return {
    cpuLowestUs: lowest(of("cpuUs")),
    cpuMedianUs: median(of("cpuUs")),
    perSecond: median(of("perSecond")),
    perSecondHighest: highest(of("perSecond")),
    p50Ms: median(of("p50Ms")),
    p99Ms: median(of("p99Ms")),
    serverShare: median(of("serverShare")),
  };
}
