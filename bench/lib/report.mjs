/** Turns figures into RESULTS.md. */

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { limits } from "./limits.mjs";
import { readManifest } from "./package.mjs";

const peers = ["undici", "axios", "@airwallex/node-sdk", "openai", "stripe"];

export function report(figures) {
  const { calls, imports, dispatcher, sizes, schemas, firstCall, storm, seconds, load } = figures;
  return `${[
    "# Results",
    about(seconds),
    loadLine(load),
    howToRead,
    "## One account, read and updated",
    ...calls.map(callTable),
    "## Import",
    importTable(imports),
    dispatcherLine(dispatcher),
    "## An app as one file",
    sizeTable(sizes),
    "## Knowing the shape",
    schemaTable(schemas),
    "## First call of a fresh process",
    firstCallTable(firstCall),
    `## ${storm.callers.toLocaleString("en")} callers at a cold start`,
    stormTable(storm.rows),
  ].join("\n\n")}\n`;
}

function about(seconds) {
  const { model } = cpus()[0];
  const versions = peers.map((name) => `${name} ${versionOf(name)}`).join(", ");
  return `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, in ${seconds} s. Node ${process.versions.node} on ${process.platform} ${process.arch}, ${cpus().length} cores (${model.trim()}). airwallex-connect ${readManifest().version}, ${versions}.`;
}

/** @param {{ before: number, after: number }} load */
function loadLine({ before, after }) {
  return `Load of the machine: ${before.toFixed(1)} before, ${after.toFixed(1)} after; the bench itself makes about 1.4. Beyond that, others were at work, the ratios are less sure, and the times of single processes mean little.`;
}

function versionOf(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}

const howToRead = `How to read: \`x\` is the CPU per call compared with the first row, which is hand-written: undici's pool, a token header, JSON.parse, and neither retries nor deadline nor validation. It is taken from the lowest round of each, because what else runs on a machine only ever adds. Absolute figures change with the machine, the ratios hardly do. All other figures are medians of the rounds.

\`npm --prefix bench run gate\` fails unless: ${Object.values(limits)
  .map(({ text }) => text)
  .join("; ")}.`;

function callTable({ method, callers, bytes, rows }) {
  const base = rows.get("undici.request");
  const title = `### ${method.toUpperCase()} (${(bytes / 1000).toFixed(1)} kB), ${callers} ${callers === 1 ? "caller" : "callers at once"}`;
  const lines = [...rows].map(([name, row]) => [
    name,
    `**${(row.cpuLowestUs / base.cpuLowestUs).toFixed(2)}**`,
    row.cpuLowestUs.toFixed(1),
    row.cpuMedianUs.toFixed(1),
    Math.round(row.perSecond).toLocaleString("en"),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    `${Math.round(row.serverShare * 100)} %`,
  ]);
  const head = ["client", "x", "CPU µs, lowest", "CPU µs", "calls/s", "p50 ms", "p99 ms", "server"];
  return `${title}\n\n${table(head, lines)}`;
}

function importTable(rows) {
  // A separate program does not report what it used.
  const said = (value) => (Number.isNaN(value) ? "" : value.toFixed(1));
  const lines = rows.map(({ door, x, ms, cpuMs, mb, loads }) => [
    `\`${door}\``,
    `**${x.toFixed(2)}**`,
    ms.toFixed(1),
    said(cpuMs),
    said(mb),
    loads.join(", ") || "none",
  ]);
  return table(
    [
      "what",
      "x of bare node",
      "ms more",
      "CPU ms more, lowest",
      "MB more",
      "loads of its dependencies",
    ],
    lines,
  );
}

function dispatcherLine({ afterImport, afterCall }) {
  const said = (kept) => (kept ? "Node's own" : "REPLACED");
  return `The dispatcher behind the app's global \`fetch\`: after the import ${said(afterImport)}, after a first call ${said(afterCall)}.`;
}

/** Bundled and minified by esbuild, as for a serverless platform. */
export function sizeTable(rows) {
  const said = (bytes) => (bytes === undefined ? "" : (bytes / 1000).toFixed(0));
  return table(
    ["client", "kB for a client and one call", "kB for a handler of deliveries"],
    rows.map(({ client, callBytes, webhooksBytes }) => [
      client,
      said(callBytes),
      said(webhooksBytes),
    ]),
  );
}

function schemaTable({ each, loads, firstParseMs }) {
  const lines = each.map(({ name, lowestUs, medianUs }) => [
    name,
    lowestUs.toFixed(2),
    medianUs.toFixed(2),
  ]);
  const { predicates, zod, ...rest } = loads;
  const [both] = Object.values(rest);
  const once = `Once per process, in ms over bare node: loading the predicates ${predicates.ms.toFixed(1)}, loading zod ${zod.ms.toFixed(1)}, zod with the account's schemas built ${both.ms.toFixed(1)}; the first zod parse after that takes ${firstParseMs.toFixed(1)}.`;
  return `${table(["what", "µs, lowest", "µs"], lines)}\n\n${once}`;
}

function firstCallTable(rows) {
  const lines = Object.entries(rows).map(([name, { ms, cpuMs, mb }]) => [
    name,
    ms.toFixed(0),
    cpuMs.toFixed(0),
    mb.toFixed(0),
  ]);
  return table(["client, with login and GET", "ms over bare node", "CPU ms, lowest", "MB"], lines);
}

function stormTable(rows) {
  const lines = rows.map(({ name, ms, logins, sockets, failed, rssMb }) =>
    [name, ms.toFixed(0), logins, sockets, failed, rssMb.toFixed(0)].map(String),
  );
  return table(["client", "ms until all were served", "logins", "sockets", "failed", "MB"], lines);
}

export function table(head, lines) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const align = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [row(head), row(align), ...lines.map(row)].join("\n");
}
