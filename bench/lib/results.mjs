/** RESULTS.md: what `npm run bench` writes, and after it a section for each command that writes one. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";

const path = new URL("../RESULTS.md", import.meta.url);

/** In this order. */
const titles = {
  crowds: "Thousands of connections that expire together",
  limits: "Processes that share a rate limit",
  logins: "Processes that live for one call",
  onboarding: "Sellers onboarded by several processes",
  growth: "Growth",
};

/** Replaces what `npm run bench` writes. */
export function writeMain(text) {
  write({ ...read(), main: text });
}

/**
 * Replaces the section of a command.
 *
 * @param {keyof typeof titles} command
 */
export function writeSection(command, text) {
  write({ ...read(), [command]: `## ${titles[command]}\n\n${text}` });
}

/** By which command, when, and what else the machine had to do: the start of a section. */
export function writtenBy(command) {
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[0].toFixed(1);
  return `Written by \`npm --prefix bench run ${command}\` on ${date}, at the load ${load}.`;
}

function read() {
  let rest = existsSync(path) ? readFileSync(path, "utf8") : "# Results\n";
  const parts = {};
  for (const [command, title] of Object.entries(titles).reverse()) {
    const at = rest.indexOf(`\n## ${title}\n`);
    if (at === -1) continue;
    parts[command] = rest.slice(at);
    rest = rest.slice(0, at);
  }
  return { main: rest, ...parts };
}

function write(parts) {
  const texts = ["main", ...Object.keys(titles)].map((name) => parts[name]?.trim());
  writeFileSync(path, `${texts.filter((text) => text).join("\n\n")}\n`);
}
