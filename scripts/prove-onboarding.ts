/**
 * Onboards 1,000 sellers over real HTTP, with faults in 5 % of the responses and a SIGKILL in the
 * middle, and prints the figures: `npm run prove:onboarding`, or with another number of sellers.
 */

import { floorMs, prove } from "../test/onboarding/proof.js";

const sellers = Number(process.argv[2] ?? 1000);
const most = 1.15;

const { seen, counts, stepsBeforeKill, awayMs, workedMs } = await prove(sellers, sellers * 2);
const identifiers = Object.keys(seen.accounts);
const twice = identifiers.filter((identifier) => seen.accounts[identifier] !== 1);
const active = seen.statuses["ACTIVE"] ?? 0;
const floor = floorMs(seen);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

console.log(`sellers           ${sellers}
with an account   ${identifiers.length}, ${active} of them ACTIVE, ${twice.length} with more than one
report            ${JSON.stringify(counts)}
killed            after ${stepsBeforeKill} steps; nobody at work for ${seconds(awayMs)}
requests          ${JSON.stringify(seen.requests)}
over the limit    ${seen.overLimit}
faults            ${JSON.stringify(seen.faults)}
floor             ${seconds(floor)}: the busiest endpoint at 20 a second, or all requests at 100
time              ${seconds(workedMs)} from the first request to the last, without the time after the kill
ratio             ${(workedMs / floor).toFixed(3)}, at most ${most}`);

const right = identifiers.length === sellers && active === sellers && twice.length === 0;
process.exitCode = right && counts.done === sellers && workedMs <= floor * most ? 0 : 1;
