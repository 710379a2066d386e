/**
 * Does what a newcomer does: follows a section of docs/frameworks.md to the letter, from the installation
 * to a webhook that is answered with 200, with the packed tarball in place of the published package.
 *
 *     npx tsx scripts/newcomer.ts nest
 *     npx tsx scripts/newcomer.ts next
 *
 * It needs the build (`npm run build`) and the npm registry.
 */

import { type ChildProcess, execFileSync, execSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const headings: Readonly<Record<string, string>> = { nest: "Nest", next: "Next.js" };
const limitMs = 180_000;

const [name = "", ...rest] = process.argv.slice(2);
const heading = headings[name];
if (heading === undefined || rest.length > 0) {
  console.error(`Usage: newcomer ${Object.keys(headings).join(" | ")}`);
  process.exit(2);
}

const page = readFileSync("docs/frameworks.md", "utf8");
const [, section = ""] = new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## )`, "m").exec(page) ?? [];
const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text = ""]) => ({
  kind,
  text,
}));
const [install = "", ...commands] = blocks
  .filter(({ kind }) => kind === "sh")
  .flatMap(({ text }, index) => (index === 0 ? [text] : linesOf(text)));

const tarball = pack();
const folder = mkdtempSync(join(tmpdir(), `newcomer-${name}-`));
const running: ChildProcess[] = [];
try {
  run(install.replaceAll("airwallex-connect", tarball));
  for (const { kind, text } of blocks) if (kind !== "sh") writeFile(text);
  // The configuration of Nest's section is complete, and says how to build; Next.js has a command for it.
  if (section.includes("`npx tsc`")) run("npx tsc");
  const [port, emulatorPort] = [await freePort(), await freePort()];
  for (const line of commands)
    await follow(line.replaceAll("3000", port).replaceAll("4010", emulatorPort), port);
  console.log(`${heading}: a webhook was verified, handled and answered`);
} finally {
  // npx starts programs of its own: each server has a process group.
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid);
  rmSync(folder, { recursive: true, force: true });
}

function pack(): string {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", tmpdir()], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output) as [{ readonly filename: string }];
  return resolve(tmpdir(), filename);
}

function linesOf(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .trim()
    .split("\n");
}

/** A block that begins with the path of a file. JSON has no comments, so that line stays behind. */
function writeFile(text: string): void {
  const [, path] = /^\/\/ (\S+)\n/.exec(text) ?? [];
  if (path === undefined) return;
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, path.endsWith(".json") ? text.replace(/^.*\n/, "") : text);
}

function run(command: string): void {
  console.log(`$ ${command.trim()}`);
  execSync(command, { cwd: folder, stdio: "inherit", timeout: limitMs * 2 });
}

/** A server goes on in the background; any other command has to end well. */
async function follow(line: string, port: string): Promise<void> {
  if (!/ emulator |next start|dist\/main\.js/.test(line)) return run(line);
  console.log(`$ ${line} &`);
  const env = { ...process.env, PORT: port };
  const child = spawn(`env ${line}`, {
    cwd: folder,
    shell: true,
    detached: true,
    env,
    stdio: "inherit",
  });
  running.push(child);
  const [own] = line.includes(" emulator ") ? [/--port (\d+)/.exec(line)?.[1]] : [port];
  await answers(own ?? "4010");
}

async function answers(port: string): Promise<void> {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer !== undefined) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`Nothing answers on port ${port}`);
}

function freePort(): Promise<string> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" ? String(address?.port) : "0";
      server.close(() => done(port));
    });
  });
}
