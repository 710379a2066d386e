/**
 * Finds the TypeScript in the documentation, and turns it into programs.
 *
 * - A block of a page that imports something is a program: whoever copies it has all of it. Nothing is added.
 *   What it leaves out it says in TypeScript: `declare const client: Client;`, for the names of `givens`.
 * - A block of a page without imports is a fragment. It may use the names of `givens`.
 * - A block of a page that begins with a path, such as `// src/main.ts`, is a file of an app. The newcomer run
 *   copies it, builds the app and starts it: scripts/newcomer.ts.
 * - An example of a doc comment may also use what the package exports.
 */

import { readFileSync } from "node:fs";

export interface Snippet {
  /** Where it was found, such as `README.md:42`. */
  readonly place: string;
  readonly code: string;
  readonly kind: "page" | "comment";
}

/** Blocks fenced as `ts`, without the files of apps. */
export function snippetsOfMarkdown(file: string): readonly Snippet[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^```ts\n(?!\/\/ \w+\/)([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${file}:${lineOf(text, match.index)}`,
    code: match[1] ?? "",
    kind: "page",
  }));
}

/** `@example` parts and fenced blocks of doc comments. */
export function snippetsOfSource(file: string): readonly Snippet[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((match) => {
    const place = `${file}:${lineOf(text, match.index)}`;
    return codeOf(match[0].replace(/^[ \t]*\*(?: |\/?$)/gm, "")).map((code) => ({
      place,
      code,
      kind: "comment" as const,
    }));
  });
}

function codeOf(comment: string): readonly string[] {
  const fenced = [...comment.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  const plain = [...comment.matchAll(/@example\n(?!```)([\s\S]*?)(?=\n@|$)/g)];
  return [...fenced, ...plain.map(([, code = ""]) => code)];
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** What a fragment may use without declaring it, and a program after `declare const`. */
const givens: Readonly<Record<string, string>> = {
  emulator: `const { emulator } = harness;`,
  client: `const client = harness.createClient(harness.emulator.clientOptions);`,
  account: `const account = await harness.submittedAccount(client);`,
  id: `const id = account.id;`,
  pool: `const pool = new harness.Pool();`,
  redis: `const redis = new harness.Redis();`,
  event: `const event = { id: "evt_1", accountId: "acct_1" };`,
  fileId: `const fileId = (await client.files.upload(Buffer.from("x"), { name: "a.pdf" })).file_id;`,
};

/** What an example of a doc comment may use without importing it. */
const importedForExamples: readonly string[] = [
  "checkRequirements",
  "constructEvent",
  "createClient",
  "createDriftCheck",
  "createEmulator",
  "createFileStore",
  "createInbox",
  "createMemoryStore",
  "createPostgresInbox",
  "createPostgresStore",
  "createPostgresTables",
  "createRedisStore",
  "createSealedStore",
  "createWebhooks",
  "defaultApiKey",
  "defaultClientId",
  "emulatorApp",
  "fetchHandler",
  "isAirwallexError",
  "newAccount",
  "nodeHandler",
  "Pool",
  "Redis",
  "respondToDelivery",
  "runStoreConformance",
  "signPayload",
  "startEmulator",
  "toCurrentAccount",
  "verifySignature",
  "whatIsMissing",
];

/** A snippet that its test runner runs. */
export const isTest = ({ code }: Snippet): boolean => /from "vitest"/.test(code);

/**
 * Snippets that talk to a database server, or need a runner, are compiled and not run: the tests of this
 * project cover them.
 */
export const runsAlone = (snippet: Snippet): boolean =>
  !/\b(pool|redis)\b/i.test(snippet.code) &&
  !/from "node:test"/.test(snippet.code) &&
  !isTest(snippet);

/** Examples may use a client with an OAuth app. */
const oauthClient =
  "const client = harness.createClient({ ...harness.emulator.clientOptions, oauth: harness.emulatorApp });";

const needs: Readonly<Record<string, readonly string[]>> = {
  account: ["client"],
  id: ["account", "client"],
  fileId: ["client"],
};

/**
 * The program for a snippet: its own imports, then what it takes for granted, then its code. `harness`
 * is the module that stands in for the package, with the same names, on an emulator.
 */
export function programOf({ code, kind }: Snippet, harness: string): string {
  const imports = code.match(/^import [\s\S]*?;$/gm) ?? [];
  const body = imports.reduce((rest, line) => rest.replace(line, ""), code);
  const own = imports.map((line) => line.replace(/"airwallex-connect"/, JSON.stringify(harness)));
  if (kind === "page" && imports.length > 0) return fillIn(own, body, harness);
  const named = own.join("\n").replace(/ from "[^"]*"/g, "");
  const unimported = (kind === "page" ? [] : importedForExamples).filter(
    (name) => !new RegExp(`\\b${name}\\b`).test(named) && !declares(code, name),
  );
  return [
    ...own,
    `import * as harness from ${JSON.stringify(harness)};`,
    ...(unimported.length > 0 ? [`const { ${unimported.join(", ")} } = harness;`] : []),
    `void [harness, ${unimported.join(", ")}];`,
    ...missingGivens(code).map((name) => givenFor(name, code)),
    body,
    "export {};",
  ].join("\n");
}

const givenFor = (name: string, code: string): string | undefined =>
  name === "client" && /client\.oauth|ClientWithOAuth/.test(code) ? oauthClient : givens[name];

/** A program with a value for each `declare const` of a given. */
function fillIn(imports: readonly string[], body: string, harness: string): string {
  const declared = [...body.matchAll(/^declare const (\w+):.*$/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name in givens);
  const line = declared.length > 0 ? [`import * as harness from ${JSON.stringify(harness)};`] : [];
  const values = missingGivens(declared.join(" "))
    .map((name) => givenFor(name, body))
    .join("\n");
  const rest = body.replace(/^declare const (\w+):.*$/gm, (text, name: string) =>
    name in givens ? "" : text,
  );
  return [...imports, ...line, values, rest, "export {};"].join("\n");
}

function missingGivens(code: string): readonly string[] {
  const used = Object.keys(givens).filter(
    (name) => new RegExp(`(?<![.\\w"'/-])${name}\\b(?!["':])`).test(code) && !declares(code, name),
  );
  const wanted = new Set(used.flatMap((name) => [name, ...(needs[name] ?? [])]));
  return Object.keys(givens).filter((name) => wanted.has(name) && !declares(code, name));
}

function declares(code: string, name: string): boolean {
  const pattern = `(?:const|let|function|using)\\s+(?:${name}\\b|\\{[^}]*\\b${name}\\b[^}]*\\}\\s*=)`;
  return new RegExp(pattern).test(code);
}
