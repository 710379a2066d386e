/** The package works in ESM, CommonJS and TypeScript projects, and in scripts without `import()`. */

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
  write("vm.cjs", withoutImport());
  return ["esm.mjs", "cjs.cjs", "vm.cjs"].flatMap((file) => run(process.execPath, [file]));
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

/**
 * Runs every file of the package as Jest does: as a script in which `import()` throws. A call, a retry,
 * a refused input, an OAuth state and a call over a socket trigger everything that is loaded lazily.
 * The app's own global `fetch` dispatcher must not be replaced.
 */
function withoutImport(): readonly string[] {
  return [
    `const { readFileSync } = require("node:fs");`,
    `const { createRequire } = require("node:module");`,
    `const { dirname } = require("node:path");`,
    `const vm = require("node:vm");`,
    "const loaded = new Map();",
    "function load(file) {",
    "  if (loaded.has(file)) return loaded.get(file).exports;",
    "  const module = { exports: {} };",
    "  loaded.set(file, module);",
    "  const real = createRequire(file);",
    "  const find = (id) => {",
    "    const path = real.resolve(id);",
    `    return path.includes("airwallex-connect") && path.endsWith(".cjs") ? load(path) : real(id);`,
    "  };",
    `  const names = ["module", "exports", "require", "__filename", "__dirname"];`,
    `  const run = vm.compileFunction(readFileSync(file, "utf8"), names, { filename: file });`,
    "  run(module, module.exports, find, file, dirname(file));",
    "  return module.exports;",
    "}",
    "const door = (name) => load(require.resolve(name));",
    `const { createClient } = door("airwallex-connect");`,
    `const emulatorDoor = door("airwallex-connect/emulator");`,
    `const { createMemoryStore } = door("airwallex-connect/stores/memory");`,
    `const agent = Symbol.for("undici.globalDispatcher.1");`,
    "(async () => {",
    "  const emulator = await emulatorDoor.startEmulator();",
    "  const clientId = emulatorDoor.defaultOAuthClientId;",
    "  const clientSecret = emulatorDoor.defaultOAuthClientSecret;",
    `  const redirectUri = "http://127.0.0.1:3000/callback";`,
    `  const scopes = ["account_details:read"];`,
    "  const oauth = { clientId, clientSecret, redirectUri, scopes, store: createMemoryStore() };",
    "  const client = createClient({ ...emulator.clientOptions, oauth });",
    "  globalThis.Response;",
    "  const before = globalThis[agent];",
    "  await client.accounts.list();",
    "  if (globalThis[agent] !== before) throw new Error('the global dispatcher was replaced');",
    `  emulator.faults.next("accounts.list", { status: 503 });`,
    "  await client.accounts.list();",
    "  const refused = await client.accounts.create({}).catch((error) => error.code);",
    "  if (refused !== 'invalid_input') throw new Error('it is ' + refused);",
    `  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));`,
    `  const state = url.searchParams.get("state");`,
    "  const back = await emulator.oauth.consent({ redirectUri, scope: scopes[0], state });",
    `  const { connection } = await client.oauth.handleCallback(back, { session: "s" });`,
    "  await client.oauth.connection(connection.id).accounts.current();",
    "  await client.close();",
    "  await emulator.close();",
    "})();",
  ];
}
