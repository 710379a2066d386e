/**
 * What runs in a fresh process: one of the actions below, named on the command line. It prints its
 * findings as JSON, and exits.
 */

import { createRequire } from "node:module";

const [, , action, ...args] = process.argv;

const actions = {
  async nothing() {},

  async import(url) {
    await import(url);
  },

  async require(path) {
    createRequire(import.meta.url)(path);
  },

  /** Login and one GET, with whatever has to be loaded for it. */
  async call(name, origin) {
    const client = await connect(name, origin);
    await client.get();
  },

  /** Many concurrent callers on a client that has neither token nor connection. */
  async storm(name, origin, callers) {
    const client = await connect(name, origin);
    // Responses are dropped, or ten thousand of them would be what is measured.
    const call = () => client.get().then(() => undefined);
    const calls = Array.from({ length: Number(callers) }, call);
    const settled = await Promise.allSettled(calls);
    return { failed: settled.filter(({ status }) => status === "rejected").length };
  },

  /** Follows the dispatcher behind the global `fetch` through an import and a first call. */
  async dispatcher(origin, touchedFirst) {
    const current = () => globalThis[Symbol.for("undici.globalDispatcher.1")];
    // Node sets up its own when one of its web classes is touched.
    if (touchedFirst) void globalThis.Response;
    const before = current();
    const client = await connect("airwallex-connect", origin);
    const afterImport = current() === before;
    await client.get();
    const { path } = await import("./package.mjs").then(({ doors }) => doors()["."]);
    const { Dispatcher } = createRequire(path)("undici");
    const afterCall = touchedFirst ? current() === before : !(current() instanceof Dispatcher);
    return { afterImport, afterCall };
  },
};

async function connect(name, origin) {
  const { contestants } = await import("./clients.mjs");
  return contestants[name](origin);
}

const start = performance.now();
const found = await actions[action](...args);
const ms = performance.now() - start;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const used = { cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: maxRSS / 1024 };
process.stdout.write(JSON.stringify({ ms, ...used, ...found }), () => process.exit());
