/** What it costs to validate an account: with the predicate, with zod, and next to JSON.parse. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compareWithBare, probing } from "./fresh.mjs";
import { doors, packageRoot } from "./package.mjs";
import { lowest, median } from "./stats.mjs";

const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));

/**
 * No entry point exposes the bare predicates, or the zod schemas without them, so they are bundled from
 * source; under bench/ zod still resolves.
 */
const parts = {
  predicates: `export { isAccount, isAccountUpdateParams } from "./accounts.guards.js";`,
  plain: `export { Account, AccountUpdateParams } from "./accounts.js";`,
  zod: `import * as z from "zod"; export { z };`,
};
const output = fileURLToPath(new URL("../node_modules/.bench", import.meta.url));

export async function measureSchemas({ runs, rounds }) {
  const urls = await bundle();
  const loads = await compareWithBare(
    {
      predicates: probing("import", urls.predicates),
      zod: probing("import", urls.zod),
      "zod and the account's schemas": probing("import", urls.plain),
    },
    runs,
  );
  const predicates = await import(urls.predicates);
  const plain = await import(urls.plain);
  const published = await import(doors()["./schemas"].url);
  const account = fixture("account");
  const update = fixture("update");
  const text = Buffer.from(JSON.stringify(account));
  const first = performance.now();
  plain.Account.parse(account);
  const firstParseMs = performance.now() - first;
  const each = time(
    {
      "JSON.parse of the answer": () => JSON.parse(text.toString()),
      "predicate of the answer": () => predicates.isAccount(account),
      "zod parse of the answer, without the predicate": () => plain.Account.parse(account),
      "Account.parse of airwallex-connect/schemas": () => published.Account.parse(account),
      "JSON.stringify of the update": () => JSON.stringify(update),
      "predicate of the update": () => predicates.isAccountUpdateParams(update),
      "zod parse of the update": () => plain.AccountUpdateParams.parse(update),
    },
    rounds,
  );
  return { loads, firstParseMs, each };
}

async function bundle() {
  const root = createRequire(join(packageRoot(), "package.json"));
  const esbuild = createRequire(root.resolve("tsup"))("esbuild");
  const urls = {};
  for (const [name, contents] of Object.entries(parts)) {
    const outfile = join(output, `${name}.mjs`);
    await esbuild.build({
      stdin: { contents, loader: "ts", resolveDir: join(packageRoot(), "src/generated") },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      external: ["zod"],
    });
    urls[name] = pathToFileURL(outfile).href;
  }
  return urls;
}

/** Microseconds per function, the loops taking turns. */
function time(functions, rounds) {
  const samples = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  const turns = Object.entries(functions).map(([name, work]) => [name, work, calibrate(work)]);
  for (let round = 0; round < rounds; round++) {
    for (const [name, work, times] of turns) samples[name].push(loop(work, times));
  }
  return Object.entries(samples).map(([name, taken]) => ({
    name,
    lowestUs: lowest(taken),
    medianUs: median(taken),
  }));
}

/** The number of calls that makes a loop take about 10 ms; warms the code up on the way. */
function calibrate(work) {
  let us = 0;
  for (let i = 0; i < 20; i++) us = loop(work, 1000);
  return Math.ceil(10_000 / us);
}

function loop(work, times) {
  const start = performance.now();
  for (let i = 0; i < times; i++) if (!work()) throw new Error("The fixture does not fit");
  return ((performance.now() - start) * 1000) / times;
}
