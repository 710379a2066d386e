/** What an import costs, what it loads, and what it leaves alone. */

import { ask, compareWithBare, packagesOf, probing } from "./fresh.mjs";
import { doors } from "./package.mjs";

/** What a program may load only when it needs it. */
const watched = ["undici", "zod", "jose", "p-retry"];

/** @typedef {import("./fresh.mjs").Cost & { door: string, loads: readonly string[] }} ImportCost */

/** @returns {Promise<readonly ImportCost[]>} the main entry point first */
export async function measureImports(runs) {
  const { cli, ...imported } = doors();
  const programs = {};
  for (const [name, { url }] of Object.entries(imported)) {
    programs[`import "${publicName(name)}"`] = probing("import", url);
  }
  programs[`require("${publicName(".")}")`] = probing("require", imported["."].cjs);
  programs["npx airwallex-connect --version"] = [cli.path, "--version"];
  return measure(programs, runs);
}

/** @returns {Promise<ImportCost>} */
export async function measureMainImport(runs) {
  const name = `import "${publicName(".")}"`;
  const [cost] = await measure({ [name]: probing("import", doors()["."].url) }, runs);
  return cost;
}

async function measure(programs, runs) {
  const costs = await compareWithBare(programs, runs);
  const rows = [];
  for (const [door, args] of Object.entries(programs)) {
    const packages = await packagesOf(args);
    rows.push({ door, ...costs[door], loads: watched.filter((name) => packages.has(name)) });
  }
  return rows;
}

const publicName = (door) => `airwallex-connect${door.slice(1)}`;

/**
 * Whether the app's global `fetch` keeps Node's own dispatcher, after the import and after a call.
 *
 * @returns {Promise<{ afterImport: boolean, afterCall: boolean }>}
 */
export async function measureDispatcher(origin) {
  const found = [await ask("dispatcher", origin), await ask("dispatcher", origin, "touched")];
  return {
    afterImport: found.every(({ afterImport }) => afterImport),
    afterCall: found.every(({ afterCall }) => afterCall),
  };
}
