/** The inspector page. Its script inserts data as text, never as HTML. */

import { createHash } from "node:crypto";
import type { EmulatedResponse } from "../engine/exchange.js";
import { Html, html, palette } from "../engine/html.js";

export function inspectorPage(origin: string): EmulatedResponse {
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "same-origin",
    },
    body: layout(origin).text,
    delivery: "whole",
  };
}

function layout(origin: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Airwallex emulator</title>
<link rel="icon" href="data:,">
<style>${new Html(palette + style)}</style>
</head>
<body>
<header>
<h1>Airwallex emulator</h1>
<p><code>${origin}</code> <span id="clock"></span> <span id="away" role="status"></span></p>
</header>
<main>
${section("accounts", "Accounts", ["Status", "Account", "Name", "Entity", "Created"])}
${section("events", "Events", ["Event", "Account", "Deliveries", "Time"])}
${section("requests", "Requests", ["Request", "Answer", "For", "Took", "Time"])}
</main>
<dialog id="detail" aria-labelledby="title">
<form method="dialog"><h2 id="title"></h2><button>Close</button></form>
<pre tabindex="0"></pre>
</dialog>
<script>${new Html(script)}</script>
</body>
</html>
`;
}

function section(id: string, title: string, columns: readonly string[]): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`);
  return html`<section aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} <span id="${id}-count"></span></h2>
<div class="scroll"><table>
<thead><tr>${heads}</tr></thead>
<tbody id="${id}"></tbody>
</table></div>
</section>`;
}

const style = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: .875rem/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; padding: 1rem 1.25rem .5rem; }
header p { margin: 0; color: var(--soft); }
h1 { margin: 0; font-size: 1.125rem; }
h2 { margin: 0; font-size: 1rem; }
h2 span { color: var(--soft); font-weight: 400; }
main { display: grid; gap: 1rem; padding: .5rem 1.25rem 1.25rem; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
section { padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; min-width: 0; }
section:last-child { grid-column: 1 / -1; }
@media (max-width: 100rem) { main { grid-template-columns: minmax(0, 1fr); } }
.scroll { overflow: auto; max-height: 40vh; margin-top: .5rem; }
table { width: 100%; border-collapse: collapse; white-space: nowrap; }
th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 600; text-align: left; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { font-variant-numeric: tabular-nums; }
td button { padding: 0; color: var(--accent); background: none; border: 0; font: inherit; text-align: left; cursor: pointer; }
td button:hover { text-decoration: underline; }
.good { color: var(--good); } .bad { color: var(--bad); } .soft { color: var(--soft); }
dialog { width: min(60rem, 94vw); max-height: 90vh; padding: 1rem 1.25rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
dialog::backdrop { background: #0008; }
dialog form { display: flex; justify-content: space-between; gap: 1rem; }
dialog button { font: inherit; }
pre { margin: .75rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8125rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

const script = `
const $ = (id) => document.getElementById(id);
const good = new Set(["ACTIVE"]), bad = new Set(["ACTION_REQUIRED", "SUSPENDED", "CLOSED"]);
let now = "";

const time = (at) => (at.slice(0, 10) === now.slice(0, 10) ? "" : at.slice(0, 10) + " ") + at.slice(11, 19);
const text = (value, look = "") => ({ value: String(value ?? ""), look });
const ofStatus = (status) => text(status, good.has(status) ? "good" : bad.has(status) ? "bad" : "");
const answer = ({ status, fault }) =>
  text([status ?? "none", fault && "fault: " + fault].filter(Boolean).join(", "),
    status === undefined || status >= 400 ? "bad" : "good");
const delivered = (deliveries) => {
  if (deliveries.length === 0) return text("nobody subscribed", "soft");
  const { attempt, status, failure, nextAttemptAt } = deliveries.at(-1);
  const next = nextAttemptAt ? ", again at " + time(nextAttemptAt) : "";
  return text((status ?? failure) + (attempt > 1 ? ", attempt " + attempt : "") + next, status === 200 ? "good" : "bad");
};

// The first cell opens the whole of it.
const columns = {
  accounts: (a) => [ofStatus(a.status), text(a.key), text(a.name), text(a.entity), text(time(a.at))],
  events: (e) => [text(e.name), text(e.accountId), delivered(e.deliveries), text(time(e.at))],
  requests: (r) => [text(r.method + " " + r.path + r.query), answer(r), text(r.onBehalfOf ?? "", "soft"),
    text(r.durationMs.toFixed(1) + " ms", "soft"), text(time(r.at))],
};

function row(kind, item) {
  const tr = document.createElement("tr");
  columns[kind](item).forEach(({ value, look }, index) => {
    const td = tr.insertCell();
    td.className = look;
    if (index > 0) return td.append(value);
    const button = document.createElement("button");
    button.append(value);
    button.className = look;
    button.dataset.open = kind + "/" + item.key;
    td.append(button);
  });
  return tr;
}

const drawn = {};
function draw(kind, items) {
  const found = JSON.stringify(items) + now.slice(0, 10);
  if (drawn[kind] === found) return;
  drawn[kind] = found;
  const focused = document.activeElement?.dataset?.open;
  $(kind).replaceChildren(...items.map((item) => row(kind, item)));
  $(kind + "-count").textContent = items.length === 0 ? "none yet" : items.length;
  if (focused?.startsWith(kind + "/")) $(kind).querySelector("[data-open=" + CSS.escape(focused) + "]")?.focus();
}

async function read(path) {
  const response = await fetch("/inspector/" + path);
  if (!response.ok) throw new Error("It is gone: the emulator was reset, or has seen too much since to keep it.");
  return response.json();
}

document.addEventListener("click", async ({ target }) => {
  const open = target.dataset?.open;
  if (!open) return;
  const shown = await read(open).then((item) => JSON.stringify(item, unpack, 2), (error) => error.message);
  $("title").textContent = target.textContent;
  $("detail").querySelector("pre").textContent = shown;
  $("detail").showModal();
});

// Bodies are JSON as well.
function unpack(name, value) {
  if (!/body$/i.test(name) || typeof value !== "string") return value;
  try { return JSON.parse(value); } catch { return value; }
}

async function watch() {
  try {
    const state = await read("state");
    now = state.now;
    $("clock").textContent = now.slice(0, 19).replace("T", " ") + " UTC";
    $("away").textContent = "";
    for (const kind of Object.keys(columns)) draw(kind, state[kind]);
  } catch {
    $("away").textContent = "The emulator does not answer.";
  }
  setTimeout(watch, 1000);
}
watch();
`;

const hash = createHash("sha256").update(script).digest("base64");
