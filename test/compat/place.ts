/** A folder with the packed package and some tools, and what is done in it. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const apps = fileURLToPath(new URL("apps", import.meta.url));

export interface Place {
  readonly folder: string;
  /** The packed package, for package managers. */
  readonly tarball: string;
  /** Runs one of the installed programs, or any by its absolute path, and returns what it printed. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts a program that stays, and returns how to end it. */
  start(program: string, args: readonly string[]): () => void;
  write(file: string, text: string): Promise<void>;
  /** An empty folder where no node_modules is found, or one that has only the apps. */
  outside(name: string, content?: "apps"): Promise<string>;
  versionOf(packageName: string): Promise<string>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const longestRunMs = 10 * 60_000;

/** @param workshop a folder for everything, outside of any project */
export async function openPlace(workshop: string, name: string, tarball: string): Promise<Place> {
  const folder = join(workshop, name);
  await fill(folder, name);
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CI: "1" };
  const pathOf = (program: string): string =>
    program.startsWith("/") ? program : join(folder, "node_modules/.bin", program);
  return {
    folder,
    tarball,
    async run(program, args, options = {}) {
      const { stdout } = await promisify(execFile)(pathOf(program), args, {
        cwd: options.cwd ?? folder,
        env: { ...env, ...options.env },
        timeout: longestRunMs,
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    },
    start(program, args) {
      const child: ChildProcess = spawn(pathOf(program), args, { cwd: folder, env });
      child.once("error", () => undefined);
      return () => void child.kill("SIGKILL");
    },
    write: (file, text) => writeFile(join(folder, file), text),
    async outside(inner, content) {
      const path = join(workshop, "outside", `${name}-${inner}`);
      await (content === "apps" ? fill(path, inner) : mkdir(path, { recursive: true }));
      return path;
    },
    async versionOf(packageName) {
      const manifest = join(folder, "node_modules", packageName, "package.json");
      return (JSON.parse(await readFile(manifest, "utf8")) as { readonly version: string }).version;
    },
  };
}

async function fill(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(apps, folder, { recursive: true });
  const manifest = { name: name.toLowerCase(), private: true, version: "1.0.0" };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
}

/** Installs packages by npm, next to the packed package. */
export async function install(place: Place, packages: readonly string[]): Promise<void> {
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await promisify(execFile)("npm", [...args, place.tarball, ...packages], {
    cwd: place.folder,
    timeout: longestRunMs,
  });
}
