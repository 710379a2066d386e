/**
 * Checks what is published, not what is checked out: the files of the tarball, its entry points, its
 * imports, and that it works in ESM, CommonJS and TypeScript projects.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Everything that may be in the tarball. */
const expected = [
  /^package\.json$/,
  /^(README|AGENTS|CHANGELOG|ARCHITECTURE|CONTRIBUTING|SECURITY)\.md$/,
  /^(LICENSE|llms\.txt)$/,
  /^spec\/(openapi\.generated\.json|README\.md|scopes\.yaml)$/,
  /^docs\/(reference\/)?[\w-]+\.(md|png)$/,
  /^examples\/[\w/.-]+\.(md|ts|tsx|mjs|json|png)$/,
  /^dist\/(stores\/)?[\w.-]+\.(js|cjs|d\.ts|d\.cts)$/,
];

// Inside the root's node_modules, so that the dependencies resolve.
const workshop = resolve("node_modules/.cache/check-pack");
const consumer = join(workshop, "consumer");
const installed = join(consumer, "node_modules/airwallex-connect");

rmSync(workshop, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });

// Without a package.json of its own, the consumer would be part of this package and use the checkout.
write("package.json", [JSON.stringify({ name: "consumer", type: "module" })]);
const tarball = pack();
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
const doors = Object.keys(manifest.exports).filter((door) => !door.endsWith(".json"));
const modules = doors.map((door) => `airwallex-connect${door.slice(1)}`);

const problems = [
  ...checkFiles(),
  ...checkLinks(),
  ...checkChangelog(),
  ...checkImports(),
  ...checkNames(),
  ...checkRequires(),
  ...checkCopies(),
  ...checkSize("webhooks.js", 11_264),
  ...checkAlone("index.js"),
  ...(await lint()),
  ...(await checkTypes()),
  ...runConsumers(),
  ...compileConsumers(),
  ...(await exportResults()),
  ...(await exportMembers()),
  ...(await checkValues()),
  ...explainUndefined(),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function pack(): string {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", workshop], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output) as [{ readonly filename: string }];
  const path = join(workshop, filename);
  execFileSync("tar", ["-xzf", path, "-C", installed, "--strip-components=1"]);
  return path;
}

function checkFiles(): readonly string[] {
  return readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(installed.length + 1))
    .filter((file) => !expected.some((pattern) => pattern.test(file)))
    .map((file) => `The tarball holds ${file}, which nobody needs`);
}

/** Checks that links in the documents resolve, even for readers who only have the package. */
function checkLinks(): readonly string[] {
  const pages = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(README\.md|AGENTS\.md|llms\.txt|docs\/.*\.md|examples\/.*\.md)$/.test(file),
  );
  return pages.flatMap((page) => {
    const text = readFileSync(join(installed, page), "utf8");
    return (
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, link = ""]) => join(dirname(page), link))
        // Tests are only in the repository.
        .filter((file) => !file.startsWith("test/") && !existsSync(join(installed, file)))
        .map((file) => `${page} points to ${file}, which is not in the tarball`)
    );
  });
}

function checkChangelog(): readonly string[] {
  const text = readFileSync(join(installed, "CHANGELOG.md"), "utf8");
  if (text.includes(`\n## ${manifest.version} (`)) return [];
  return [`CHANGELOG.md has no section for ${manifest.version}, expected one with its date`];
}

function checkImports(): readonly string[] {
  const dist = join(installed, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.c?js$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(dist, file), "utf8");
      return [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([\w@][^"'\s]*)["']/g)]
        .map(([, specifier = ""]) => specifier)
        .filter((specifier) => !isBuiltin(specifier))
        .filter((specifier) => !((specifier.split("/")[0] as string) in manifest.dependencies))
        .map((specifier) => `dist/${file} imports ${specifier}, which is not a dependency`);
    });
}

/** If two declarations share a name, the bundler numbers them, and editors show `Account$1`. */
function checkNames(): readonly string[] {
  const dist = join(installed, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.ts"))
    .flatMap((file) => {
      const names = readFileSync(join(dist, file), "utf8").match(/\b\w+\$\d+\b/g) ?? [];
      return [...new Set(names)].map((name) => `dist/${file} shows users the name ${name}`);
    });
}

/** Jest and similar tools run CommonJS in which `import()` does not work. */
function checkRequires(): readonly string[] {
  const dist = join(installed, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".cjs"))
    .flatMap((file) => {
      const text = readFileSync(join(dist, file), "utf8");
      const unlicensed = ["jose", "p-retry"].filter(
        (name) => text.includes(`node_modules/${name}/`) && !text.includes(`/*! ${name}\n`),
      );
      return [
        ...(/\bimport\(/.test(text) ? [`dist/${file} has an import(), expected require()`] : []),
        ...unlicensed.map((name) => `dist/${file} holds ${name} without its licence`),
      ];
    });
}

/** No audit sees the copies in the CommonJS build, so SECURITY.md says which versions they are. */
function checkCopies(): readonly string[] {
  const dist = join(installed, "dist");
  const texts = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".cjs"))
    .map((file) => readFileSync(join(dist, file), "utf8"));
  const copied = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
        ([, name = ""]) => name,
      ),
    ),
  );
  const said = readFileSync(join(installed, "SECURITY.md"), "utf8");
  if (copied.size === 0) return ["The CommonJS build names none of the packages that it copies"];
  return [...copied].flatMap((name) => {
    const manifest = readFileSync(join("node_modules", name, "package.json"), "utf8");
    const copy = `${name} ${(JSON.parse(manifest) as { readonly version: string }).version}`;
    return said.includes(copy) ? [] : [`SECURITY.md does not name the copy of ${copy}`];
  });
}

/** Compressed size of what an entry point loads at once: later `import()`s do not count. */
/** Whoever imports a door waits for each further file, and each built-in module, that it loads at once. */
function checkAlone(door: string): readonly string[] {
  const text = readFileSync(join(installed, "dist", door), "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)].map(
    ([, loaded = ""]) => `dist/${door} loads ${loaded} at once, expected it to load nothing`,
  );
}

function checkSize(door: string, maxBytes: number): readonly string[] {
  const dist = join(installed, "dist");
  const texts = new Map<string, string>();
  const visit = (file: string): void => {
    if (texts.has(file)) return;
    const text = readFileSync(join(dist, file), "utf8");
    texts.set(file, text);
    const imports = text.matchAll(/^(?:import|export)\b[^;]*?["']\.\/([^"']+)["'];/gm);
    for (const [, next = ""] of imports) visit(next);
  };
  visit(door);
  const size = gzipSync([...texts.values()].join("")).length;
  if (size <= maxBytes) return [];
  return [
    `dist/${door} and what it loads at once take ${size} bytes, expected ${maxBytes} at most`,
  ];
}

async function lint(): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

async function checkTypes(): Promise<readonly string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (!analysis.types) return ["attw: the package has no types"];
  return analysis.problems.map((problem) => `attw: ${JSON.stringify(problem)}`);
}

function runConsumers(): readonly string[] {
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

function compileConsumers(): readonly string[] {
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
  ].flatMap((options) => compile("consumer.ts", options).filter(isOurs));
}

/** What the compiler says of a file, by a project's options. */
function compile(file: string, options: object): readonly string[] {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    ...options,
  };
  write("tsconfig.json", [JSON.stringify({ compilerOptions, files: [file] })]);
  const emit = "declaration" in options ? [] : ["--noEmit"];
  // TypeScript 7 takes a fifth of the time, and has no `node10` any more.
  const compiler = Object.values(options).includes("node10") ? "typescript" : "typescript-7";
  return run(resolve("node_modules", compiler, "bin/tsc"), ["-p", "tsconfig.json", ...emit]);
}

/**
 * An app with `declaration: true` exports what every public function and every method of a client
 * returns, so each of these types must have a name that can be imported.
 */
async function exportResults(): Promise<readonly string[]> {
  const lines = [
    ...modules.map((name, i) => `import * as door${i} from "${name}";`),
    `import { createClient, type Environment, type OAuthOptions } from "airwallex-connect";`,
    "declare const environment: Environment;",
    "declare const oauth: OAuthOptions;",
    `const key = { clientId: "a", apiKey: "b" };`,
    `export const production = createClient({ ...key, environment: "production" });`,
    `export const sandbox = createClient({ ...key, environment: "sandbox" });`,
    "export const either = createClient({ ...key, environment });",
    `export const withApp = createClient({ environment: "production", oauth });`,
    "export const withBoth = createClient({ ...key, environment, oauth });",
    "export const connection = withBoth.oauth.connection('con_1');",
    "export class Platform { readonly client = production.withOptions({}); seller = sandbox.onBehalfOf('acct_1'); }",
  ];
  const names: string[] = [];
  for (const [i, name] of doors.entries()) {
    const door = (await importDoor(name)) as Readonly<Record<string, unknown>>;
    const functions = Object.keys(door).filter((one) => isPlainFunction(door[one]));
    names.push(...functions.map((one) => `door${i}.${one}`));
  }
  const methods = await methodNames("sandbox");
  if (methods.length < 50) return [`A client has ${methods.length} methods, expected at least 50`];
  names.push(...methods);
  const results = names.map(
    (name, i) =>
      `export const result${i} = (...args: Parameters<typeof ${name}>) => ${name}(...args);`,
  );
  return declare("results.ts", [...lines, ...results]);
}

/**
 * The same app takes answers apart, and imports nothing but the main door: the type of each member must
 * have a name there.
 */
async function exportMembers(): Promise<readonly string[]> {
  const names = await methodNames("sandbox");
  return declare("members.ts", [
    `import { createClient } from "airwallex-connect";`,
    `const sandbox = createClient({ environment: "sandbox", clientId: "a", apiKey: "b" });`,
    "declare function copy<T>(value: T): { [Name in keyof T]: T[Name] };",
    ...names.map(
      (name, i) =>
        `export const members${i} = async (...args: Parameters<typeof ${name}>) => copy(await ${name}(...args));`,
    ),
  ]);
}

/** What the types call a value can be imported as one. */
async function checkValues(): Promise<readonly string[]> {
  const lines = ["type None<Name> = [Name] extends [never] ? true : Name;"];
  for (const [i, name] of modules.entries()) {
    const door = (await importDoor(doors[i] ?? ".")) as object;
    const values = Object.keys(door).map((value) => JSON.stringify(value));
    lines.push(`import * as door${i} from "${name}";`);
    const missing = `Exclude<keyof typeof door${i}, ${values.join(" | ")}>`;
    lines.push(`export const none${i}: None<${missing}> = true;`);
  }
  write("values.ts", lines);
  return compile("values.ts", { module: "nodenext", moduleResolution: "nodenext" }).filter(isOurs);
}

function declare(file: string, lines: readonly string[]): readonly string[] {
  write(file, lines);
  const emitted = { declaration: true, emitDeclarationOnly: true, outDir: "declarations" };
  const resolution = { module: "nodenext", moduleResolution: "nodenext" };
  return compile(file, { ...resolution, ...emitted }).filter(isOurs);
}

async function importDoor(door: string): Promise<unknown> {
  return await import(join(installed, "dist", `${door === "." ? "index" : door.slice(2)}.js`));
}

/** Every method of a client that is called `name`. */
async function methodNames(name: string): Promise<readonly string[]> {
  const { createClient } = (await importDoor(".")) as {
    readonly createClient: (options: object) => object;
  };
  return methodsOf(createClient({ environment: "sandbox", clientId: "a", apiKey: "b" }), name);
}

function isPlainFunction(value: unknown): boolean {
  return typeof value === "function" && !/^class\b/.test(String(value));
}

/** Those of its members too, which a client makes when they are first used: getters of its prototype. */
function methodsOf(resource: object, name: string): readonly string[] {
  const names: string[] = [];
  for (const key in resource) {
    const value: unknown = resource[key as keyof typeof resource];
    if (isPlainFunction(value)) names.push(`${name}.${key}`);
    else if (typeof value === "object" && value !== null) {
      names.push(...methodsOf(value, `${name}.${key}`));
    }
  }
  return names;
}

/** A forgotten `!` behind an environment variable: the compiler must say which option lacks it. */
function explainUndefined(): readonly string[] {
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

/** Ignores errors in the declarations of other packages. */
function isOurs(problem: string): boolean {
  return !/^node_modules\/(?!airwallex-connect)|^(\.\.\/)+(?!consumer)/.test(problem);
}

function write(file: string, lines: readonly string[]): void {
  writeFileSync(join(consumer, file), `${lines.join("\n")}\n`);
}

function run(command: string, args: readonly string[]): readonly string[] {
  try {
    execFileSync(command, args, { cwd: consumer, encoding: "utf8", stdio: "pipe" });
    return [];
  } catch (error) {
    const { stdout = "", stderr = "" } = error as {
      readonly stdout?: string;
      readonly stderr?: string;
    };
    return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  }
}
