/**
 * What a fresh process waits for: its first response, and a burst of calls that arrive before the
 * token.
 */

import { withServer } from "./child.mjs";
import { ask, compareWithBare, probing } from "./fresh.mjs";
import { median } from "./stats.mjs";

export const coldNames = ["undici.request", "airwallex-connect", "@airwallex/node-sdk"];

/** Set-up, login and one GET, everything loaded on the way. */
export async function measureFirstCall(origin, runs) {
  const programs = coldNames.map((name) => [name, probing("call", name, origin)]);
  return compareWithBare(Object.fromEntries(programs), runs);
}

/** Each on a server of its own, so that logins and sockets are its own. */
export async function measureStorm(callers, runs) {
  const rows = [];
  for (const name of coldNames) {
    const samples = [];
    for (let i = 0; i < runs; i++) samples.push(await withServer((server) => storm(name, server)));
    const of = (member) => median(samples.map((sample) => sample[member]));
    const members = ["ms", "rssMb", "failed", "logins", "sockets"];
    rows.push({ name, ...Object.fromEntries(members.map((member) => [member, of(member)])) });
  }
  return rows;

  async function storm(name, { origin, report }) {
    const said = await ask("storm", name, origin, callers);
    const { logins, sockets } = await report();
    return { ...said, logins, sockets };
  }
}
