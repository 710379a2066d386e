/** RESULTS.md: what `npm run bench` writes, and after it what `npm run growth` writes. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const path = new URL("../RESULTS.md", import.meta.url);
const heading = "## Growth";

function read() {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "# Results\n";
  const at = text.indexOf(`\n${heading}\n`);
  return at === -1
    ? { main: text, growth: "" }
    : { main: text.slice(0, at), growth: text.slice(at) };
}

export function writeMain(text) {
  writeFileSync(path, text + read().growth);
}

export function writeGrowth(text) {
  writeFileSync(path, `${read().main}\n${heading}\n\n${text}\n`);
}
