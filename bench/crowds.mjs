/**
 * `npm run crowds`: thousands of connections whose tokens expire together, renewed by one process and by four,
 * with a slow token endpoint, with a limited one, and by processes that are killed in the middle. Writes its
 * part of RESULTS.md; what is measured is in test/oauth/rotation/crowd.ts, on the sources.
 *
 *     npm run crowds -- --size 1000 --store redis --processes 4 --only killed
 */

import { crowdLimits } from "./lib/limits.mjs";
import { prepare, say } from "./lib/prepare.mjs";
import { table } from "./lib/report.mjs";
import { writeSection, writtenBy } from "./lib/results.mjs";

const { size, store, processes, only, together } = prepare({
  peers: false,
  builds: false,
  options: {
    size: { type: "string", default: "5000" },
    store: { type: "string" },
    processes: { type: "string" },
    only: { type: "string" },
    /** Most rows at the same time: they mostly wait. */
    together: { type: "string", default: "2" },
  },
});
const { killCrowd, renewCrowd } = await import("../test/oauth/rotation/crowd.ts");
const { places } = await import("../test/oauth/rotation/process-tools.ts");

const endpoints = [
  { latencyMs: 300, perSecond: undefined },
  { latencyMs: 50, perSecond: 20 },
];
const rows = ["file", "redis", "postgres"].flatMap((kind) =>
  [1, 4].flatMap((count) => {
    const common = { store: kind, processes: count, size: Number(size) };
    return [
      ...endpoints.map((endpoint) => ({ kind: "renewed", ...common, ...endpoint })),
      ...[2, 50].map((restart) => ({ kind: "killed", ...common, latencyMs: 300, restart })),
    ];
  }),
);
const wanted = rows.filter(
  (row) =>
    row.store === (store ?? row.store) &&
    row.kind === (only ?? row.kind) &&
    row.processes === Number(processes ?? row.processes),
);

// The longest first.
const waiting = [...wanted].sort((a, b) => (b.perSecond ?? 0) - (a.perSecond ?? 0));
await Promise.all(
  Array.from({ length: Number(together) }, async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      row.seen = await measure(row);
      say(JSON.stringify(row));
    }
  }),
);

const text = report(wanted);
process.stdout.write(`${text}\n`);
if (wanted.length === rows.length && Number(size) === 5000) writeSection("crowds", text);
const failed = wanted.filter((row) => complaints(row).length > 0);
for (const row of failed) say(`${complaints(row).join(", ")}: ${JSON.stringify(row)}`);
process.exit(failed.length > 0 ? 1 : 0);

async function measure(row) {
  const place = await places[row.store]();
  try {
    if (row.kind === "renewed") return await renewCrowd({ ...row, place });
    const when = { afterRenewals: row.size / 2, restartMs: row.restart * 1000 };
    return await killCrowd({ ...row, place }, when);
  } finally {
    await place.close();
  }
}

/** What is not as it should be. */
function complaints({ kind, size, processes, perSecond, seen }) {
  const { mostSeconds, mostRefused, ofTheLimit } = crowdLimits;
  const { RefreshOutcomeUnknownError: told = 0, ...otherErrors } = seen.errors;
  const most = perSecond === undefined ? mostSeconds : size / perSecond / ofTheLimit;
  const unknown = seen.unknown ?? 0;
  const found = {
    "connections were lost": seen.lost > 0,
    "calls have failed": Object.keys(otherErrors).length > 0 || told > unknown * processes,
    "calls were not answered": seen.answered + told < size * processes,
    "not all were renewed": seen.renewed < size - unknown,
    "it took too long": kind === "renewed" && seen.seconds > most,
    "too many requests were refused": seen.refused > seen.requests * mostRefused,
    "more are unknown than were being sent": unknown > seen.marks,
  };
  return Object.keys(found).filter((name) => found[name]);
}

function report(measured) {
  const { mostSeconds, mostRefused, ofTheLimit } = crowdLimits;
  const count = Number(size).toLocaleString("en");
  const renewed = measured.filter(({ kind }) => kind === "renewed");
  const killed = measured.filter(({ kind }) => kind === "killed");
  return `${writtenBy("crowds")} ${count} connections whose access tokens have expired; each process calls for all of them at the same moment. All should be renewed within ${mostSeconds} s, or use at least ${Math.round(ofTheLimit * 100)} % of what a limited token endpoint accepts; no call may fail, and at most ${Math.round(mostRefused * 100)} % of the requests to the token endpoint may be answered with 429.

${table(
  [
    "store",
    "processes",
    "token endpoint",
    "seconds",
    "renewed",
    "calls failed",
    "requests",
    "429",
    "lost",
  ],
  renewed.map(({ store, processes, latencyMs, perSecond, seen }) => [
    store,
    processes,
    perSecond === undefined ? `${latencyMs} ms` : `${perSecond} a second`,
    seen.seconds.toFixed(1),
    seen.renewed,
    sum(seen.errors),
    seen.requests,
    `${seen.refused} (${((100 * seen.refused) / seen.requests).toFixed(1)} %)`,
    seen.lost,
  ]),
)}

The same with a token endpoint that takes 300 ms, where all processes are killed when half of the connections are renewed, and as many are started again. A token that was on the wire can be used once more within a minute; later than that nobody can know whether it was used, and the connection is unknown until \`oauth.refresh(id, { force: true })\`. No more should be unknown than were on the wire.

${table(
  [
    "store",
    "processes",
    "started again after",
    "marked",
    "on the wire",
    "unknown",
    "renewed",
    "lost",
    "seconds",
  ],
  killed.map(({ store, processes, restart, seen }) => [
    store,
    processes,
    `${restart} s`,
    seen.marks,
    seen.onTheWire,
    seen.unknown,
    seen.renewed,
    seen.lost,
    seen.seconds.toFixed(1),
  ]),
)}`;
}

function sum(counts) {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
