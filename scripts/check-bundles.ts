/**
 * Makes one file of an app and the built package, as deployments to serverless platforms do, and runs it
 * where there is no node_modules. Prints the sizes, and fails above a limit.
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { startEmulator } from "../src/emulator/index.js";

interface App {
  readonly name: string;
  readonly code: string;
  /** What it prints when it works. */
  readonly prints: string;
  readonly mostBytes: number;
}

const firstCall: App = {
  name: "createClient and a first call",
  code: `
    import { createClient } from "./dist/index.js";
    async function main() {
      const client = createClient(JSON.parse(process.env.CLIENT));
      const { status } = await client.accounts.create({
        account_details: { legal_entity_type: "INDIVIDUAL" },
        primary_contact: { email: "ada@example.com" },
        customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
      });
      const refused = await client.accounts.create({}).catch((error) => error.code);
      await client.close();
      console.log(status, refused);
    }
    main();
  `,
  prints: "CREATED invalid_input",
  mostBytes: 900_000,
};

const webhooks: App = {
  name: "airwallex-connect/webhooks",
  code: `
    import { createWebhooks, fetchHandler } from "./dist/webhooks.js";
    const handler = fetchHandler(createWebhooks({ secrets: "whsec_a" }));
    const request = new Request("http://localhost/", { method: "POST", body: "{}" });
    handler(request).then((response) => console.log(response.status));
  `,
  prints: "400",
  mostBytes: 40_000,
};

const folder = await mkdtemp(join(tmpdir(), "airwallex-bundles-"));
const emulator = await startEmulator();
const problems: string[] = [];
for (const app of [firstCall, webhooks]) {
  for (const format of ["esm", "cjs"] as const) problems.push(...(await check(app, format)));
}
await emulator.close();
await rm(folder, { recursive: true });
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

async function check(app: App, format: "esm" | "cjs"): Promise<readonly string[]> {
  const file = join(folder, `app.${format === "esm" ? "mjs" : "cjs"}`);
  const { warnings } = await build({
    stdin: { contents: app.code, resolveDir: ".", sourcefile: "app.js" },
    outfile: file,
    bundle: true,
    minify: true,
    platform: "node",
    format,
    // The paths in ours would lead to the sources.
    tsconfigRaw: {},
    logLevel: "silent",
  });
  const { size } = await stat(file);
  const printed = await run(file);
  const what = `${app.name} as one ${format} file of ${size} bytes`;
  console.log(what);
  return [
    ...warnings
      // Of our own chunks, because they are not in node_modules here.
      .filter(({ id }) => id !== "ignored-bare-import")
      .map(({ text }) => `${what}: esbuild warns: ${text}`),
    ...(printed === app.prints ? [] : [`${what} prints: ${printed}; expected: ${app.prints}`]),
    ...(size <= app.mostBytes ? [] : [`${what} is too large, expected ${app.mostBytes} at most`]),
  ];
}

async function run(file: string): Promise<string> {
  const env = { ...process.env, CLIENT: JSON.stringify(emulator.clientOptions) };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env });
    return stdout.trim();
  } catch (error) {
    return String((error as { readonly stderr?: string }).stderr ?? error);
  }
}
