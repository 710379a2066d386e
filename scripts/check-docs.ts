/**
 * Checks that the documentation works: every TypeScript snippet in the Markdown files and doc comments
 * is compiled, and run against an emulator. Every public name has a doc comment, every subpath
 * mentioned exists, and every relative link resolves.
 */

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { defaultOAuthClientId, defaultOAuthClientSecret } from "../src/emulator/index.js";
import { listSources } from "./imports.js";
import { needsServer, programOf, snippetsOfMarkdown, snippetsOfSource } from "./snippets.js";

const workshop = resolve(".snippets");
const doors = [
  "src/index.ts",
  "src/generated/index.ts",
  "src/emulator/index.ts",
  "src/webhooks/index.ts",
  ...["conformance", "file", "memory", "postgres", "redis"].map(
    (name) => `src/stores/${name}/index.ts`,
  ),
  "src/stores/sealed.ts",
];
const pages = [
  ...readdirSync(".").filter((file) => file.endsWith(".md")),
  ...readdirSync("docs").map((file) => join("docs", file)),
  ...readdirSync("spec").map((file) => join("spec", file)),
].filter((file) => file.endsWith(".md"));

const problems = [...checkNames(), ...pages.flatMap(checkLinks), ...(await checkSnippets())];
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

async function checkSnippets(): Promise<readonly string[]> {
  const sources = listSources("src").filter((file) => !file.startsWith("src/generated/"));
  // The examples of docs/api.md are those of the sources.
  const written = pages.filter((page) => page !== join("docs", "api.md"));
  const snippets = [...written.flatMap(snippetsOfMarkdown), ...sources.flatMap(snippetsOfSource)];
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop);
  try {
    const files = snippets.map((snippet, index) => {
      const file = join(workshop, `snippet-${index}.ts`);
      writeFileSync(file, programOf(snippet, "../scripts/snippet-harness.js"));
      return { file, place: snippet.place, runs: !needsServer(snippet) };
    });
    const broken = compile(files);
    return broken.length > 0 ? broken : await runAll(files);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

interface Program {
  readonly file: string;
  readonly place: string;
  readonly runs: boolean;
}

function compile(programs: readonly Program[]): readonly string[] {
  const compilerOptions = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    noPropertyAccessFromIndexSignature: false,
  };
  const config = {
    extends: "../tsconfig.json",
    compilerOptions,
    include: [],
    files: programs.map(({ file }) => file),
  };
  writeFileSync(join(workshop, "tsconfig.json"), JSON.stringify(config));
  try {
    execFileSync("node_modules/.bin/tsc", ["-p", workshop], { encoding: "utf8", stdio: "pipe" });
    return [];
  } catch (error) {
    const { stdout } = error as { readonly stdout: string };
    return stdout
      .trim()
      .split("\n")
      .map((line) =>
        line.replace(/^\S*?(snippet-\d+\.ts)\S*/, (_, name) => placeOf(name, programs)),
      );
  }
}

function placeOf(name: string, programs: readonly Program[]): string {
  return programs.find(({ file }) => file.endsWith(`/${name}`))?.place ?? name;
}

async function runAll(programs: readonly Program[]): Promise<readonly string[]> {
  const failures: string[] = [];
  const { log } = console;
  // Snippets read and write files next to them.
  copyFileSync("examples/files/specimen-id.png", join(workshop, "passport.jpg"));
  process.chdir(workshop);
  // Credentials for the emulator that stands in for the sandbox.
  process.env["AIRWALLEX_OAUTH_CLIENT_ID"] = defaultOAuthClientId;
  process.env["AIRWALLEX_OAUTH_CLIENT_SECRET"] = defaultOAuthClientSecret;
  process.env["AIRWALLEX_WEBHOOK_SECRET"] = "whsec_test";
  console.log = () => undefined;
  for (const { file, place, runs } of programs) {
    if (!runs) continue;
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      failures.push(`${place}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  console.log = log;
  process.chdir("..");
  return failures;
}

/** Public names without a doc comment at their declaration. */
function checkNames(): readonly string[] {
  const program = ts.createProgram(doors, { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
  const checker = program.getTypeChecker();
  return doors.flatMap((door) => {
    const source = program.getSourceFile(door);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (!symbol) return [`${door} has no exports`];
    return checker.getExportsOfModule(symbol).flatMap((exported) => {
      const alias = exported.flags & ts.SymbolFlags.Alias;
      const target = alias ? checker.getAliasedSymbol(exported) : exported;
      const documented = target.getDocumentationComment(checker).length > 0;
      return documented ? [] : [`${door} exports ${exported.name}, which has no doc comment`];
    });
  });
}

function checkLinks(page: string): readonly string[] {
  const text = readFileSync(page, "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^(https?|mailto):/.test(link) && !existsSync(join(dirname(page), link)))
    .map((link) => `${page} links to ${link}, which does not exist`);
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const subpaths = [...text.matchAll(/`airwallex-connect\/([\w./-]+)`/g)]
    .filter(([, subpath]) => !(`./${subpath}` in manifest.exports))
    .map(([, subpath]) => `${page} names airwallex-connect/${subpath}, which is no door`);
  return [...links, ...subpaths];
}
