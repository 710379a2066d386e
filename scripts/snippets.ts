/** Finds the TypeScript in the documentation, and turns it into programs. */

import { readFileSync } from "node:fs";

export interface Snippet {
  /** Where it was found, such as `README.md:42`. */
  readonly place: string;
  readonly code: string;
}

/** Blocks fenced as `ts`; a block that begins with `// not run` is only shown. */
export function snippetsOfMarkdown(file: string): readonly Snippet[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${file}:${lineOf(text, match.index)}`,
    code: match[1] ?? "",
  }));
}

/** `@example` parts and fenced blocks of doc comments. */
export function snippetsOfSource(file: string): readonly Snippet[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((match) => {
    const place = `${file}:${lineOf(text, match.index)}`;
    return codeOf(match[0].replace(/^[ \t]*\*(?: |\/?$)/gm, "")).map((code) => ({ place, code }));
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

/** What a snippet may use without declaring it. */
const givens: Readonly<Record<string, string>> = {
  client: `const client = createClient(emulator.clientOptions);`,
  account: `const account = await submittedAccount(client);`,
  id: `const id = account.id;`,
  pool: `const pool = new Pool();`,
  redis: `const redis = new Redis();`,
  event: `const event = { id: "evt_1", accountId: "acct_1" };`,
  createMyStore: `const backend = createMemoryStore();\nconst createMyStore = (..._: readonly unknown[]) => backend;`,
  fileId: `const fileId = (await client.files.upload(Buffer.from("x"), { name: "a.pdf" })).file_id;`,
};

/** Names that the harness provides to a snippet that does not import them. */
const lendable: readonly string[] = [
  "checkRequirements",
  "constructEvent",
  "createClient",
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
  "emulator",
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
  "submittedAccount",
  "toCurrentAccount",
  "use",
  "verifySignature",
  "whatIsMissing",
];

/** Snippets that talk to a database server are compiled but not run: the tests cover them. */
export function needsServer({ code }: Snippet): boolean {
  return /\b(pool|redis)\b/i.test(code);
}

/** Later snippets of a document may use a client with an OAuth app from an earlier one. */
const oauthClient =
  "const client = createClient({ ...emulator.clientOptions, oauth: emulatorApp });";

const needs: Readonly<Record<string, readonly string[]>> = {
  account: ["client"],
  id: ["account", "client"],
  fileId: ["client"],
};

/**
 * The program for a snippet: its own imports, then what it takes for granted, then its code. `harness`
 * is the module that stands in for the package, with the same names, on an emulator.
 */
export function programOf({ code }: Snippet, harness: string): string {
  const imports = code.match(/^import [\s\S]*?;$/gm) ?? [];
  const body = imports.reduce((rest, line) => rest.replace(line, ""), code);
  const missing = missingGivens(code);
  const own = imports.map((line) => line.replace(/"airwallex-connect"/, JSON.stringify(harness)));
  const named = own.join("\n").replace(/ from "[^"]*"/g, "");
  const lent = lendable.filter(
    (name) => !new RegExp(`\\b${name}\\b`).test(named) && !declares(code, name),
  );
  return [
    ...own,
    `import { ${lent.join(", ")} } from ${JSON.stringify(harness)};`,
    `void [${lent.join(", ")}];`,
    ...missing.map((name) =>
      name === "client" && code.includes("client.oauth") ? oauthClient : givens[name],
    ),
    body,
    "export {};",
  ].join("\n");
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
