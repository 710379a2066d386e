/**
 * Imports point down: a file imports from its own folder or from a lower floor, and never in a cycle. The
 * emulator has floors of its own. Type imports and dynamic imports count. Tests stand in a folder that is
 * named after what they test.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Import, listSources, readImports } from "./imports.js";

/** Folders and files of src/, lowest layer first; those in one layer do not import each other. */
const floors: readonly (readonly string[])[] = [
  ["checks"],
  ["schemas"],
  ["generated"],
  ["errors"],
  ["kyc"],
  ["report"],
  ["transport"],
  ["retry"],
  ["call"],
  ["idempotency"],
  ["stores"],
  ["auth", "limits"],
  ["resources", "webhooks"],
  ["oauth", "onboarding"],
  ["client"],
  ["index.ts", "cli"],
];

/** The same for the folders and files of src/emulator/. */
const emulatorFloors: readonly (readonly string[])[] = [
  ["engine"],
  ["accounts", "files"],
  ["amendments", "capabilities", "money", "oauth", "offboardings", "onboarding-form", "rfis"],
  ["authentication", "hosted-flows", "invitations", "reference", "reports"],
  ["sca", "webhooks"],
  ["inspector", "routes.ts"],
  ["emulator.ts"],
  ["index.ts"],
];

/** Folders with a rule of their own: which of our folders, or single files, they may import. */
const besides: Readonly<Record<string, readonly string[]>> = {
  // Separate from the client: it shares the schemas, the KYC rules and the signatures, and only the CLI
  // starts it.
  emulator: ["checks", "schemas", "generated", "kyc", "webhooks"],
  cli: ["emulator"],
};

/** Where each package may be imported. */
const packages: Readonly<Record<string, RegExp>> = {
  undici: /^src\/transport\/undici\.ts$/,
  "p-retry": /^src\/retry\/retry\.ts$/,
  zod: /^src\/(schemas|generated)\//,
  jose: /^src\/(auth|oauth|stores|emulator)\//,
};

/** Folders of test/ that are not named after one of src/. */
const testFolders = /^test\/(regressions|types|(examples|scripts)(\/.*)?)$/;

const imports = listSources("src").flatMap(readImports);
const problems = [
  ...imports.flatMap(checkArrow),
  ...imports.flatMap(checkPackage),
  ...findCycle(),
  ...checkTestFolders(),
  ...checkPlans(),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function checkArrow({ from, to }: Import): readonly string[] {
  if (!to.startsWith("src/")) return [];
  const [upper, lower] = [roomOf(from), roomOf(to)];
  if (upper === "emulator" && lower === "emulator") return checkInEmulator(from, to);
  if (upper === lower || besides[upper]?.some((one) => one === lower || one === to)) return [];
  if (upper !== "emulator" && floorOf(floors, lower) < floorOf(floors, upper)) return [];
  return [`${from} imports ${to}: ${upper} may not import ${lower}`];
}

function checkInEmulator(from: string, to: string): readonly string[] {
  const [upper, lower] = [roomOf(from, 2), roomOf(to, 2)];
  if (upper === lower) return [];
  if (floorOf(emulatorFloors, lower) < floorOf(emulatorFloors, upper)) return [];
  return [`${from} imports ${to}: in the emulator, ${upper} may not import ${lower}`];
}

function checkPackage({ from, to, kind }: Import): readonly string[] {
  if (to.startsWith("src/") || to.startsWith("node:") || kind === "type") return [];
  const name = to.split("/")[0] ?? to;
  const place = packages[name];
  if (!place) return [`${from} imports ${to}: it is not one of the packages we depend on`];
  if (!place.test(from)) return [`${from} imports ${to}: only ${place.source} may`];
  const eager = kind === "value" && name !== "zod";
  return eager ? [`${from} imports ${to} at once: only when it is first needed`] : [];
}

/** The folder or file at a depth of a path: `core` of `src/core/call.ts` at depth 1. */
function roomOf(file: string, depth = 1): string {
  return file.split("/")[depth] ?? file;
}

function floorOf(all: readonly (readonly string[])[], room: string): number {
  const floor = all.findIndex((rooms) => rooms.includes(room));
  if (floor === -1 && room !== "emulator") throw new Error(`${room} is on no floor`);
  return floor === -1 ? Number.POSITIVE_INFINITY : floor;
}

function findCycle(): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" -> ");
    if (done.has(file)) return undefined;
    for (const { from, to } of imports) {
      if (from !== file || !to.startsWith("src/")) continue;
      const cycle = visit(to, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const { from } of imports) {
    const cycle = visit(from, []);
    if (cycle) return [`Circle: ${cycle}`];
  }
  return [];
}

function checkTestFolders(): readonly string[] {
  const tests = listSources("test").filter((file) => /\.test(-d)?\.ts$/.test(file));
  const folders = [...new Set(tests.map((file) => dirname(file)))];
  return folders.flatMap((folder) => {
    const tested = folder.replace(/^test/, "src");
    if (testFolders.test(folder) || existsSync(tested) || existsSync(`${tested}.ts`)) return [];
    return [`${folder} has tests, but there is no ${tested} that they could be about`];
  });
}

/** The plans in ARCHITECTURE.md, highest floor first, are these floors. */
function checkPlans(): readonly string[] {
  const blocks = readFileSync("ARCHITECTURE.md", "utf8").matchAll(/^```\n([\s\S]*?)^```/gm);
  const drawn = [...blocks].map(([, plan = ""]) =>
    plan.split("\n").flatMap((line) => {
      const rooms = line.match(/(?<= )[\w-]+(\/|\.ts)(?=\s|$)/g);
      return rooms ? [rooms.map((room) => room.replace("/", "")).join(" ")] : [];
    }),
  );
  return [floors, emulatorFloors].flatMap((all, index) => {
    const [expected, found = []] = [all.map((rooms) => rooms.join(" ")).reverse(), drawn[index]];
    if (expected.join("\n") === found.join("\n")) return [];
    return [`ARCHITECTURE.md draws other floors than these:\n${expected.join("\n")}`];
  });
}
