/** The package works in ESM, CommonJS and TypeScript projects, and in scripts without `import()`. */

import { readFileSync } from "node:fs";
import { compile, modules, run, write } from "./installed.js";

export function runConsumers(): readonly string[] {
  const use = "if (typeof createClient !== 'function') throw new Error('no createClient');";
  write("esm.mjs", [
    ...modules.map((name) => `import "${name}";`),
    `import { createClient } from "airwallex-connect";`,
    use,
  ]);
  write("cjs.cjs", [
    ...modules.map((name) => `require("${name}");`),
    `const { createClient } = require("airwallex-connect");`,
    use,
  ]);
  write("scripts.cjs", [readFileSync(new URL("scripts.cjs", import.meta.url), "utf8")]);
  return [["esm.mjs"], ["cjs.cjs"], ["scripts.cjs"], ["scripts.cjs", "--realm"]].flatMap((args) =>
    run(process.execPath, args),
  );
}

export function compileConsumers(): readonly string[] {
  write("consumer.ts", [
    ...modules.map((name, i) => `import * as door${i} from "${name}";`),
    ...modules
      .filter((name) => name.includes("/stores/"))
      .map((name, i) => `import type { Store as Store${i} } from "${name}";`),
    `import { createClient, type Account, type Store } from "airwallex-connect";`,
    "export const sameStore = (store: Store): Store0 & Store1 & Store2 & Store3 & Store4 & Store5 => store;",
    `const client = createClient({ environment: "production", clientId: "a", apiKey: "b" });`,
    "// @ts-expect-error a production client has no simulation",
    "client.simulation;",
    "export const account: Promise<Account> = client.accounts.retrieve('acct_1');",
    `export const doors = [${modules.map((_, i) => `door${i}`).join(", ")}];`,
  ]);
  return [
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "node16", moduleResolution: "node16" },
    // Ignores `exports`, and relies on typesVersions.
    { module: "commonjs", moduleResolution: "node10" },
    { module: "esnext", moduleResolution: "bundler" },
    // Takes no types of its own accord, not even Node's.
    { module: "nodenext", moduleResolution: "nodenext", types: [] },
  ].flatMap((options) => compile("consumer.ts", options));
}

/** A forgotten `!` behind an environment variable: the compiler must say which option lacks it. */
export function explainUndefined(): readonly string[] {
  const file = "undefined.ts";
  write(file, [
    `import { createClient } from "airwallex-connect";`,
    "const { ID: clientId, KEY } = process.env;",
    `createClient({ environment: "sandbox", clientId, apiKey: KEY ?? "" });`,
  ]);
  const said = compile(file, { module: "nodenext", moduleResolution: "nodenext" }).join("\n");
  if (said.includes("'clientId' are incompatible") && !said.includes("'oauth' is missing"))
    return [];
  return [`A clientId that may be undefined is explained by: ${said}`];
}
