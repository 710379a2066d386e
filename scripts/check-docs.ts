/**
 * Checks that the documentation works: every TypeScript snippet in the Markdown files and doc comments
 * is compiled, and run against an emulator. Every public name has a doc comment, every subpath
 * mentioned exists, and every relative link resolves. Given pages, it checks only their snippets.
 */

import { spawnSync } from "node:child_process";
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
import {
  defaultApiKey,
  defaultClientId,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
} from "../src/emulator/index.js";
import { listSources } from "./imports.js";
import {
  isTest,
  programOf,
  runsAlone,
  type Snippet,
  snippetsOfMarkdown,
  snippetsOfSource,
} from "./snippets.js";

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
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((file) => join("docs", file)),
  ...readdirSync("spec").map((file) => join("spec", file)),
].filter((file) => file.endsWith(".md"));

/** The module that the page about stores calls the reader's own. */
const myStore = `import { createMemoryStore } from "airwallex-connect/stores/memory";
const backend = createMemoryStore();
export const createMyStore = () => backend;
`;

const asked = process.argv.slice(2);
const problems =
  asked.length > 0
    ? await checkSnippets(asked.flatMap(snippetsOfMarkdown))
    : [
        ...checkNames(),
        ...checkCodes(),
        ...pages.flatMap(checkLinks),
        ...pages.flatMap(checkAnchors),
        ...(await checkSnippets(allSnippets())),
      ];
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

function allSnippets(): readonly Snippet[] {
  const sources = listSources("src").filter((file) => !file.startsWith("src/generated/"));
  // The examples of docs/reference/ are those of the sources.
  const written = pages.filter((page) => !page.startsWith(join("docs", "reference")));
  return [...written.flatMap(snippetsOfMarkdown), ...sources.flatMap(snippetsOfSource)];
}

async function checkSnippets(snippets: readonly Snippet[]): Promise<readonly string[]> {
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop);
  writeFileSync(join(workshop, "my-store.ts"), myStore);
  copyFileSync("examples/opentelemetry.ts", join(workshop, "opentelemetry.ts"));
  try {
    const files = snippets.map((snippet, index) => {
      const file = join(workshop, `snippet-${index}${isTest(snippet) ? ".test" : ""}.ts`);
      writeFileSync(file, programOf(snippet, "../scripts/snippet-harness.js"));
      return { file, place: snippet.place, runs: runsAlone(snippet) };
    });
    const broken = compile(files);
    return broken.length > 0 ? broken : [...runTests(), ...(await runAll(files))];
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

interface Program {
  readonly file: string;
  readonly place: string;
  readonly runs: boolean;
}

/** Type errors of the snippets only: the sources have a check of their own. */
function compile(programs: readonly Program[]): readonly string[] {
  const files = programs.map(({ file }) => file);
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const program = ts.createProgram(files, {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noPropertyAccessFromIndexSignature: false,
  });
  const lines = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
      ...program.getDeclarationDiagnostics(source),
    ].map((diagnostic) => describe(diagnostic, programs));
  });
  return lines.length === 0
    ? []
    : [...lines, "What a block may leave out, and how it says so: scripts/snippets.ts"];
}

function describe(
  { file, start = 0, messageText, code }: ts.Diagnostic,
  programs: readonly Program[],
): string {
  const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  const place = programs.find((program) => program.file === file?.fileName)?.place;
  return `${place ?? file?.fileName}, line ${line} of the program: ${ts.flattenDiagnosticMessageText(messageText, "\n")} (TS${code})`;
}

/** Snippets that are tests are run by their runner. */
function runTests(): readonly string[] {
  if (!readdirSync(workshop).some((file) => file.endsWith(".test.ts"))) return [];
  const config = join(workshop, "vitest.config.ts");
  writeFileSync(
    config,
    `import base from "../vitest.config.js";
export default { ...base, test: { ...base.test, dir: ".snippets", include: ["*.test.ts", "**/*.test.ts"] } };
`,
  );
  const { status, stdout, stderr } = spawnSync(
    "node_modules/.bin/vitest",
    ["run", "--config", config, "--root", "."],
    { encoding: "utf8" },
  );
  return status === 0 ? [] : [`tests of the documentation failed:\n${stdout}${stderr}`];
}

async function runAll(programs: readonly Program[]): Promise<readonly string[]> {
  const failures: string[] = [];
  const { log } = console;
  // Snippets read and write files next to them.
  copyFileSync("examples/files/specimen-id.png", join(workshop, "passport.jpg"));
  process.chdir(workshop);
  // Credentials for the emulator that stands in for the sandbox.
  process.env["AIRWALLEX_CLIENT_ID"] = defaultClientId;
  process.env["AIRWALLEX_API_KEY"] = defaultApiKey;
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

/** Codes of errors that docs/errors.md does not explain. */
function checkCodes(): readonly string[] {
  const page = join("docs", "errors.md");
  const text = readFileSync(page, "utf8");
  const door = "src/errors/index.ts";
  const program = ts.createProgram([door], { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(door);
  const module = source && checker.getSymbolAtLocation(source);
  const codes = module && checker.tryGetMemberInModuleExports("SdkErrorCode", module);
  const type = codes && checker.getDeclaredTypeOfSymbol(codes);
  const names = type?.isUnion() ? type.types.flatMap((one) => literalOf(one)) : [];
  if (names.length === 0) return [`${door} exports no union SdkErrorCode`];
  return names
    .filter((name) => !text.includes(`\`${name}\``))
    .map((name) => `${page} does not explain the code ${name}`);
}

function literalOf(type: ts.Type): readonly string[] {
  return type.isStringLiteral() ? [type.value] : [];
}

/** The names that a page's headings have in links, as GitHub makes them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = withoutCode(page).matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) => {
      const name = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-");
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  );
}

function withoutCode(page: string): string {
  return readFileSync(page, "utf8").replace(/^```[\s\S]*?^```$/gm, "");
}

/** Links to a heading that is not there. */
function checkAnchors(page: string): readonly string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)]
    .map(([, link = "", anchor = ""]) => ({
      target: link ? join(dirname(page), link) : page,
      anchor,
    }))
    .filter(({ target }) => target.endsWith(".md") && existsSync(target))
    .filter(({ target, anchor }) => !anchorsOf(target).has(anchor))
    .map(
      ({ target, anchor }) => `${page} links to #${anchor} of ${target}, which has no such heading`,
    );
}

function checkLinks(page: string): readonly string[] {
  const text = withoutCode(page);
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
