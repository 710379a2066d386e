/**
 * Runs every case on the packed package, each in a process and a folder of its own, and compares what it
 * prints with the lines of its file that begin with `// right:`. Arguments choose cases by name; `--all`
 * adds the slow ones.
 */

import { execFile, execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { transformSync } from "esbuild";
import {
  pgbouncerMissing,
  postgresMissing,
  redisMissing,
  startPgbouncer,
  startPostgres,
  startRedis,
} from "../servers.js";

interface Case {
  readonly name: string;
  readonly title: string;
  readonly right: string;
  readonly slow: boolean;
  readonly needs: readonly string[];
}

interface Need {
  /** Why it is unavailable here. */
  readonly missing: string | undefined;
  readonly start?: () => Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** Environment variable that tells the case the URL. */
  readonly variable?: string;
}

const { values, positionals } = parseArgs({
  options: { all: { type: "boolean", default: false } },
  allowPositionals: true,
});
const source = fileURLToPath(new URL(".", import.meta.url));
// Inside our node_modules, so that the dependencies resolve.
const workshop = resolve("node_modules/.cache/cases");
const longestMs = 240_000;
const atOnce = 2;

/** What a case may need, and what is started for it; a case starts and ends its own with `servers.mjs`. */
const needed: Readonly<Record<string, Need>> = {
  redis: { missing: redisMissing, start: startRedis, variable: "REDIS_URL" },
  postgres: { missing: postgresMissing, start: startPostgres, variable: "POSTGRES_URL" },
  pgbouncer: { missing: pgbouncerMissing, start: startPgbouncer, variable: "POSTGRES_URL" },
  "redis-server": { missing: redisMissing },
  "small-disk": { missing: smallDiskMissing() },
};

const serversFile = new URL("../servers.ts", import.meta.url);
const serversAsJavaScript = transformSync(readFileSync(serversFile, "utf8"), { loader: "ts" }).code;

const cases = readdirSync(source)
  .filter((file) => file.endsWith(".mjs") && file !== "lib.mjs")
  .map(readCase)
  .filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  );
const chosen = cases.filter(({ slow }) => values.all || positionals.length > 0 || !slow);
installPacked();
let differ = 0;
let skipped = 0;
const queue = [...chosen];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await runCase(next);
  }),
);
const left = cases.filter((one) => !chosen.includes(one)).map(({ name }) => name);
if (left.length > 0)
  console.log(`Not run, because they are slow (--all runs them): ${left.join(", ")}`);
console.log(
  `${chosen.length - differ - skipped} passed, ${differ} failed, ${skipped} skipped of ${chosen.length}`,
);
process.exitCode = differ > 0 || chosen.length === 0 ? 1 : 0;

function readCase(file: string): Case {
  const text = readFileSync(join(source, file), "utf8");
  const lines = (word: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^// ${word}: (.*)$`, "gm"))].map(([, rest = ""]) => rest);
  return {
    name: file.replace(/\.mjs$/, ""),
    title: /^\/\*\* (.*) \*\//.exec(text)?.[1] ?? "",
    right: lines("right").join("\n"),
    slow: /^\/\/ slow$/m.test(text),
    needs: lines("needs"),
  };
}

function installPacked(): void {
  if (!existsSync("dist/index.js")) throw new Error("There is no dist; run: npm run build");
  rmSync(workshop, { recursive: true, force: true });
  const installed = join(workshop, "node_modules/airwallex-connect");
  mkdirSync(installed, { recursive: true });
  // Without a manifest of its own, the folder would be part of this package and use the checkout.
  writeFileSync(join(workshop, "package.json"), JSON.stringify({ name: "cases", private: true }));
  const args = ["pack", "--json", "--pack-destination", workshop];
  const output = execFileSync("npm", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output) as [{ readonly filename: string }];
  execFileSync("tar", ["-xzf", join(workshop, filename), "-C", installed, "--strip-components=1"]);
}

async function runCase({ name, title, right, needs }: Case): Promise<void> {
  const missing = needs.map((need) => lookUp(need).missing).find(Boolean);
  if (missing !== undefined) {
    skipped++;
    console.log(`skip   ${name}: ${missing}`);
    return;
  }
  const cwd = join(workshop, name);
  mkdirSync(cwd, { recursive: true });
  for (const file of [`${name}.mjs`, "lib.mjs"]) cpSync(join(source, file), join(cwd, file));
  writeFileSync(join(cwd, "servers.mjs"), serversAsJavaScript);
  const env: Record<string, string> = {};
  const stops: (() => Promise<void>)[] = [];
  for (const need of needs) {
    const { start, variable } = lookUp(need);
    if (!start || !variable) continue;
    const { url, stop } = await start();
    env[variable] = url;
    stops.push(stop);
  }
  const came = await run(`${name}.mjs`, cwd, env);
  for (const stop of stops) await stop();
  console.log(`${came === right ? "ok    " : "DIFFERS"} ${name}: ${title}`);
  if (came === right) return;
  differ++;
  console.log(`  right:\n${indent(right)}\n  came:\n${indent(came)}`);
}

function lookUp(need: string): Need {
  const found = needed[need];
  if (!found) throw new Error(`No server is known by the name "${need}"`);
  return found;
}

/** A small disk is mounted in a namespace of its own, so that nothing is left when its process ends. */
function smallDiskMissing(): string | undefined {
  const { status } = spawnSync("unshare", ["--map-root-user", "--mount", "true"]);
  return status === 0 ? undefined : "a disk cannot be mounted here (unshare)";
}

function run(file: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: longestMs, maxBuffer: 2 ** 24 };
  return new Promise((done) => {
    execFile(process.execPath, [file], options, (error, stdout, stderr) => {
      const ended = error
        ? `\n[${error.signal ?? `exit ${error.code}`}] ${stderr.trim().slice(-1500)}`
        : "";
      done(stdout.trim() + ended);
    });
  });
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
