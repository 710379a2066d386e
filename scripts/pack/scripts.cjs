/**
 * Runs the package as scripts in which `import()` throws, as Jest does; with `--realm`, also in a realm of its
 * own, as Jest does too, where the errors of Node's own modules are no `Error`. A call, a retry, a refused
 * input, a host that nobody answers for, an OAuth state and a call over a socket trigger everything that is
 * loaded lazily.
 */

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname } = require("node:path");
const vm = require("node:vm");

const realm = process.argv.includes("--realm") ? createRealm() : undefined;
const place = realm ? { parsingContext: realm } : {};
const loaded = new Map();

function load(file) {
  if (loaded.has(file)) return loaded.get(file).exports;
  const module = { exports: {} };
  loaded.set(file, module);
  const real = createRequire(file);
  const find = (id) => {
    const path = real.resolve(id);
    // The dependencies too, as Jest loads them.
    return path.startsWith("/") && /\.c?js$/.test(path) ? load(path) : real(id);
  };
  find.resolve = real.resolve;
  const names = ["module", "exports", "require", "__filename", "__dirname"];
  const options = { ...place, filename: file };
  const run = vm.compileFunction(readFileSync(file, "utf8"), names, options);
  run.call(module.exports, module, module.exports, find, file, dirname(file));
  return module.exports;
}

async function journey(door) {
  const { createClient } = door("airwallex-connect");
  const { startEmulator, defaultOAuthClientId, defaultOAuthClientSecret } = door(
    "airwallex-connect/emulator",
  );
  const { createMemoryStore } = door("airwallex-connect/stores/memory");
  const equal = (found, expected) => {
    if (found !== expected) throw new Error(`Found ${found}, expected ${expected}`);
  };
  const emulator = await startEmulator();
  const redirectUri = "http://127.0.0.1:3000/callback";
  const scopes = ["account_details:read"];
  const client = createClient({
    ...emulator.clientOptions,
    oauth: {
      ...{ clientId: defaultOAuthClientId, clientSecret: defaultOAuthClientSecret },
      ...{ redirectUri, scopes, store: createMemoryStore() },
    },
  });
  const codeOf = (calling) => calling.then(() => "none").catch((error) => error.code);

  await client.accounts.list();
  emulator.faults.next("accounts.list", { status: 503 });
  await client.accounts.list();
  equal(await codeOf(client.accounts.create({})), "invalid_input");
  equal(await codeOf(client.files.upload("no such file.png")), "invalid_input");
  const { file_id } = await client.files.upload(Buffer.from("%PDF-1.7"), { name: "a.pdf" });
  equal((await (await client.files.download(file_id)).bytes()).length, 8);

  const { constructEvent, signPayload } = door("airwallex-connect/webhooks");
  const event = { id: "evt_1", name: "account.active", account_id: "acct_1", data: {} };
  const body = Buffer.from(JSON.stringify(event));
  const secrets = "whsec_test";
  const headers = signPayload(body, { secret: secrets });
  equal((await constructEvent(body, headers, { secrets })).name, event.name);

  const nobody = { ...emulator.clientOptions, baseUrl: "http://127.0.0.1:2", maxRetries: 0 };
  for (const fetch of [undefined, globalThis.fetch]) {
    const lonely = createClient({ ...nobody, fetch });
    const error = await lonely.accounts.list().catch((reason) => reason);
    equal(error.code, "unreachable");
    if (!error.message.includes("ECONNREFUSED")) throw new Error(error.message);
    await lonely.close();
  }

  const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  const state = url.searchParams.get("state");
  const back = await emulator.oauth.consent({ redirectUri, scope: scopes[0], state });
  const { connection } = await client.oauth.handleCallback(back, { session: "s" });
  await client.oauth.connection(connection.id).accounts.current();
  await client.close();
  await emulator.close();
}

/** As jest-environment-node does: a realm has only the language, and bytes are those of Node. */
function createRealm() {
  const made = vm.createContext({});
  const ofTheLanguage = new Set(vm.runInContext("Object.getOwnPropertyNames(globalThis)", made));
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (ofTheLanguage.has(name) && !["ArrayBuffer", "Uint8Array"].includes(name)) continue;
    Object.defineProperty(made, name, {
      configurable: true,
      get: () => (name === "global" ? made : globalThis[name]),
      set: (value) => Object.defineProperty(made, name, { value, configurable: true }),
    });
  }
  return made;
}

// The app's own dispatcher, behind the global `fetch`, must not be replaced.
const dispatcher = Symbol.for("undici.globalDispatcher.1");
globalThis.Response;
const before = globalThis[dispatcher];

const use = vm.compileFunction(`return ${journey}`, [], place)();
use((name) => load(require.resolve(name))).then(() => {
  if (globalThis[dispatcher] !== before) throw new Error("The global dispatcher was replaced");
});
