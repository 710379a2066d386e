/**
 * `npm run logins`: fifty processes that live for one call and share a login, and the same with the store
 * killed in the middle. Writes its part of RESULTS.md; what is measured is in test/auth/short-processes.ts, on
 * the sources.
 */

import { prepare, say } from "./lib/prepare.mjs";
import { table } from "./lib/report.mjs";
import { writeSection, writtenBy } from "./lib/results.mjs";

prepare({ peers: false, builds: false });
const { runShortProcesses } = await import("../test/auth/short-processes.ts");

const count = 50;
const rows = [];
for (const row of [{ together: count }, { together: 8 }, { together: 8, killAfter: count / 2 }]) {
  say(`Measuring ${JSON.stringify(row)}`);
  const { outcomes, ...seen } = await runShortProcesses({ count, ...row });
  const errors = outcomes.filter((outcome) => outcome !== "ok");
  rows.push({ ...row, ...seen, failed: errors.length, error: errors[0] });
}
const text = `${writtenBy("logins")} ${count} processes that make one call each, with a \`tokenStore\` on Redis. They should log in once, and none may fail when the store is killed: then each logs in for itself.

${table(
  ["at the same time", "store killed", "logins", "calls failed"],
  rows.map(({ together, killAfter, endedBefore, logins, failed }) => [
    together,
    killAfter === undefined ? "no" : `when ${endedBefore} had ended`,
    logins,
    failed,
  ]),
)}`;
process.stdout.write(`${text}\n`);
writeSection("logins", text);
const wrong = rows.filter(
  ({ killAfter, logins, failed }) => failed > 0 || (!killAfter && logins !== 1),
);
for (const row of wrong) say(`Not as it should be: ${JSON.stringify(row)}`);
process.exit(wrong.length > 0 ? 1 : 0);
