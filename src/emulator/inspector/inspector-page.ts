/** The inspector's page: the sections and forms, empty; its script fills them. */

import { createHash } from "node:crypto";
import { endpoints } from "../../generated/endpoints.js";
import type { EmulatedResponse } from "../engine/exchange.js";
import { Html, html, palette } from "../engine/html.js";
import { effects, hitCounts } from "./fault-table.js";
import { inspectorScript } from "./inspector-script.js";
import { inspectorStyle } from "./inspector-style.js";
import type { InspectorTable } from "./inspector-table.js";

const scriptHash = createHash("sha256").update(inspectorScript).digest("base64");

const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${scriptHash}'`,
  "img-src data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function inspectorPage(origin: string, tables: readonly InspectorTable[]): EmulatedResponse {
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": contentSecurityPolicy,
      "referrer-policy": "same-origin",
    },
    body: layout(origin, tables).text,
    delivery: "whole",
  };
}

function layout(origin: string, tables: readonly InspectorTable[]): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Airwallex emulator</title>
<link rel="icon" href="data:,">
<style>${new Html(palette + inspectorStyle)}</style>
</head>
<body>
<header>
<h1>Airwallex emulator</h1>
<p><code>${origin}</code></p>
<form data-command="advance" aria-label="Clock">
<span><span id="clock"></span> <small id="frozen"></small></span>
<label>Advance by <input name="by" value="1h" size="5" required></label>
<button>Advance</button>
<button id="freeze" type="button">Freeze</button>
</form>
<form id="filter" role="search" aria-label="Rows">
<label>Search <input type="search" name="q" size="24" placeholder="id, name, path, status"></label>
<label><input type="checkbox" name="problems"> Only problems</label>
</form>
<p id="message" role="status"></p>
</header>
<main>
${tables.map(section)}
</main>
<dialog id="detail" aria-labelledby="title">
<div class="bar"><h2 id="title"></h2>
<span><button id="json" type="button">Copy JSON</button> <button id="close" type="button" autofocus>Close</button></span></div>
<div id="content"></div>
</dialog>
<script>${new Html(inspectorScript)}</script>
</body>
</html>
`;
}

function section({ name, title, columns, isHiddenWhenEmpty }: InspectorTable): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`);
  const hidden = isHiddenWhenEmpty ? html` hidden data-optional` : undefined;
  return html`<section id="section-${name}" aria-labelledby="title-${name}"${hidden}>
<h2 id="title-${name}">${title} <span id="count-${name}"></span></h2>
${name === "faults" ? faultForm : undefined}
<div class="scroll"><table>
<thead><tr>${heads}<th scope="col"><span class="unseen">Copy</span></th></tr></thead>
<tbody id="rows-${name}"></tbody>
</table></div>
</section>`;
}

const faultForm = html`<form data-command="fault" aria-label="Set a fault">
<label>Requests <input name="match" list="endpoints" value="*" size="26" required></label>
<datalist id="endpoints">${endpoints.map(({ name }) => html`<option value="${name}">`)}</datalist>
${select("effect", "Effect", Object.keys(effects))}
${select("hits", "Hits", hitCounts)}
<button>Set</button>
</form>`;

function select(name: string, label: string, choices: readonly string[]): Html {
  const options = choices.map((choice) => html`<option>${choice}</option>`);
  return html`<label>${label} <select name="${name}">${options}</select></label>`;
}
