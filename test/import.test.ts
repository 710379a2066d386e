import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { buildProgram } from "./build-program.js";
import { key, startServer } from "./scripted-server.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const program = await buildProgram(new URL("../src/index.ts", import.meta.url));

/** Runs a module in a separate process, and returns the JSON that it printed. */
async function run(code: string): Promise<unknown> {
  const args = ["--input-type=module", "--eval", code];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    timeout: 100_000,
    env: { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" },
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

/** Records every module that is loaded from then on. */
const noteLoads = `
  import { register } from "node:module";
  import { MessageChannel } from "node:worker_threads";
  const { port1, port2 } = new MessageChannel();
  const loaded = [];
  port1.on("message", (url) => loaded.push(url));
  port1.unref();
  const hook = \`
    let port;
    export function initialize(data) { port = data.port; }
    export async function load(url, context, next) { port.postMessage(url); return next(url, context); }
  \`;
  const data = { port: port2 };
  register("data:text/javascript," + encodeURIComponent(hook), { data, transferList: [port2] });
  const packagesOf = () => [...new Set(loaded.flatMap((url) => /node_modules\\/([^/]+)/.exec(url)?.[1] ?? []))];
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
`;

const makeClient = (url: string): string => `
  const client = createClient(${JSON.stringify({ ...key, baseUrl: url })});
`;

describe("importing the package", () => {
  it("loads each dependency only when it is needed", async () => {
    const server = await startServer();
    const packages = await run(`
      ${noteLoads}
      const { createClient } = await import(${JSON.stringify(program)});
      ${makeClient(server.url)}
      client.onBehalfOf("acct_9").withOptions({ maxRetries: 1 });
      await settle();
      const ours = loaded.some((url) => url.includes("/src-index"));
      const none = packagesOf();
      await client.accounts.retrieve("acct_1");
      while (!packagesOf().includes("is-network-error")) await settle();
      const first = packagesOf().sort();
      await client.accounts.create({}).catch(() => undefined);
      await settle();
      console.log(JSON.stringify({ ours, none, first, second: packagesOf().sort() }));
    `);
    // p-retry and what it needs: before the first retry, which then waits no longer than the others.
    const first = ["is-network-error", "p-retry", "undici"];
    expect(packages).toEqual({ ours: true, none: [], first, second: [...first, "zod"] });
  });

  it("changes no globals, neither on import nor by a call", async () => {
    const server = await startServer();
    const changes = await run(`
      const names = () => Reflect.ownKeys(globalThis).map(String);
      const before = new Set(names());
      const added = () => names().filter((name) => !before.has(name));
      const { createClient } = await import(${JSON.stringify(program)});
      const byImport = added();
      ${makeClient(server.url)}
      await client.accounts.retrieve("acct_1");
      const prototypes = [Object, Array, String, Promise, Error].flatMap((one) => Object.keys(one.prototype));
      console.log(JSON.stringify({ byImport, byCall: added(), prototypes }));
    `);
    expect(changes).toMatchObject({ byImport: [], prototypes: [] });
    // Node's own symbols, which its first fetch would also set; newer versions have two.
    const { byCall } = changes as { readonly byCall: readonly string[] };
    const own = /^Symbol\(undici\.globalDispatcher\.\d\)$/;
    expect(byCall.filter((name) => !own.test(name))).toEqual([]);
  });

  it("makes a client without setting up Node's own fetch, which takes longer than the import", async () => {
    const found = await run(`
      const { createClient } = await import(${JSON.stringify(program)});
      const dispatcher = () => globalThis[Symbol.for("undici.globalDispatcher.1")] !== undefined;
      const before = dispatcher();
      createClient({ environment: "sandbox", clientId: "a", apiKey: "b", headers: { "x-app": "mine" } });
      console.log(JSON.stringify({ before, after: dispatcher() }));
    `);
    expect(found).toEqual({ before: false, after: false });
  });

  it("leaves the app's own fetch on Node's dispatcher", async () => {
    const server = await startServer();
    const post = `
      const post = () => fetch(${JSON.stringify(`${server.url}/app`)}, {
        method: "POST", body: "abc", headers: { "content-length": "3" },
      }).then((response) => response.status);
      const symbol = Symbol.for("undici.globalDispatcher.1");
    `;
    const seen = await run(`
      ${post}
      const { createClient } = await import(${JSON.stringify(program)});
      const imported = symbol in globalThis;
      ${makeClient(server.url)}
      await client.accounts.retrieve("acct_1");
      const status = await post();
      const { Agent } = await import("undici");
      console.log(JSON.stringify({ imported, status, ours: globalThis[symbol] instanceof Agent }));
    `);
    expect(seen).toEqual({ imported: false, status: 200, ours: false });
  });

  it("leaves a dispatcher that the app has chosen in place", async () => {
    const server = await startServer();
    const same = await run(`
      const { Agent, setGlobalDispatcher, getGlobalDispatcher } = await import("undici");
      const own = new Agent();
      setGlobalDispatcher(own);
      const { createClient } = await import(${JSON.stringify(program)});
      ${makeClient(server.url)}
      await client.accounts.retrieve("acct_1");
      console.log(JSON.stringify(getGlobalDispatcher() === own));
    `);
    expect(same).toBe(true);
  });
});

describe("a process with a client", () => {
  it("ends by itself once its calls are done", async () => {
    const server = await startServer();
    const endedMs = await run(`
      const { createClient } = await import(${JSON.stringify(program)});
      ${makeClient(server.url)}
      await client.accounts.retrieve("acct_1");
      await client.accounts.list().toArray({ limit: 5 }).catch(() => undefined);
      const signal = AbortSignal.timeout(60_000);
      await client.accounts.retrieve("acct_1", { signal });
      const start = performance.now();
      process.on("exit", () => console.log(JSON.stringify(performance.now() - start)));
    `);
    expect(endedMs).toBeLessThan(15_000);
  });

  it("ends by itself after failed calls", async () => {
    const server = await startServer({ otherwise: () => undefined });
    const endedMs = await run(`
      const { createClient } = await import(${JSON.stringify(program)});
      ${makeClient(server.url)}
      await client.accounts.submit("acct_1", { timeoutMs: 100 }).catch(() => undefined);
      await client.accounts.retrieve("..").catch(() => undefined);
      await client.accounts.waitForStatus("acct_1", { status: "ACTIVE", timeoutMs: 50 }).catch(() => undefined);
      const start = performance.now();
      process.on("exit", () => console.log(JSON.stringify(performance.now() - start)));
    `);
    expect(endedMs).toBeLessThan(15_000);
  });
});
