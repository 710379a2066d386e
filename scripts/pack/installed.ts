/** The tarball, unpacked where an app would have it, and a project beside it that uses it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

// Inside the root's node_modules, so that the dependencies resolve.
const workshop = resolve("node_modules/.cache/check-pack");
const consumer = join(workshop, "consumer");
/** The folder of the package in the project. */
export const installed = join(consumer, "node_modules/airwallex-connect");

rmSync(workshop, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });

// Without a package.json of its own, the consumer would be part of this package and use the checkout.
write("package.json", [JSON.stringify({ name: "consumer", type: "module" })]);
/** The path of the tarball. */
export const tarball = pack();
export const manifest = JSON.parse(
  readFileSync(join(installed, "package.json"), "utf8"),
) as Manifest;
/** The entry points, as `exports` names them, and as an app imports them. */
export const doors = Object.keys(manifest.exports).filter((door) => !door.endsWith(".json"));
export const modules = doors.map((door) => `airwallex-connect${door.slice(1)}`);

/** The built files whose names end so, with their texts. */
export function builtFiles(
  ending: RegExp,
): readonly { readonly file: string; readonly text: string }[] {
  const dist = join(installed, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => ending.test(file))
    .map((file) => ({ file, text: readFileSync(join(dist, file), "utf8") }));
}

export async function importDoor(door: string): Promise<unknown> {
  return await import(join(installed, "dist", `${door === "." ? "index" : door.slice(2)}.js`));
}

/** What the compiler says of a file, by a project's options. */
export function compile(file: string, options: object): readonly string[] {
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
  return run(resolve("node_modules", compiler, "bin/tsc"), ["-p", "tsconfig.json", ...emit]).filter(
    isOurs,
  );
}

export function write(file: string, lines: readonly string[]): void {
  writeFileSync(join(consumer, file), `${lines.join("\n")}\n`);
}

export function run(command: string, args: readonly string[]): readonly string[] {
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

/** Ignores errors in the declarations of other packages. */
function isOurs(problem: string): boolean {
  return !/^node_modules\/(?!airwallex-connect)|^(\.\.\/)+(?!consumer)/.test(problem);
}
