import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { key, startServer } from "../scripted-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Makes calls in a process of its own, in which `undici` resolves to something else, or to nothing. */
async function callWith(undici: string | undefined, options = "") {
  const server = await startServer();
  const code = `
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(\`
      export async function resolve(name, context, next) {
        if (name !== "undici" || !context.parentURL.includes("/src/transport/")) return next(name, context);
        ${undici === undefined ? `throw new Error("Cannot find package 'undici'");` : `return next(${JSON.stringify(undici)}, context);`}
      }
    \`));
    const warnings = [];
    process.on("warning", ({ name, message }) => warnings.push(name + ": " + message));
    const { createClient } = await import("./src/index.ts");
    const make = () => createClient({ ...${JSON.stringify({ ...key, baseUrl: server.url })}, ${options} });
    const client = make();
    await client.accounts.retrieve("acct_1");
    await make().accounts.retrieve("acct_1");
    await client.close();
    const closed = await client.accounts.retrieve("acct_1").catch((error) => error.message);
    console.log(JSON.stringify({ warnings, closed }));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", code];
  const env = { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  const headers = server.requests.map(({ headers }) => headers);
  const byFetch = headers.every((each) => each["sec-fetch-mode"] === "cors");
  return { ...(JSON.parse(stdout) as { warnings: readonly string[]; closed: string }), byFetch };
}

const standIn = `data:text/javascript,${encodeURIComponent("export class Agent {}; export class EnvHttpProxyAgent {}")}`;

describe("where the real undici is not to be had", () => {
  it("uses the runtime's own fetch, and says so once", async () => {
    expect(await callWith(undefined)).toMatchObject({
      byFetch: true,
      warnings: [expect.stringMatching(/^AirwallexTransportWarning: undici 7 or newer cannot be/)],
      closed: expect.stringContaining("the client is closed"),
    });
  });

  it("does the same with an undici 6 of the app, which a bundle may find", async () => {
    expect(await callWith("undici6")).toMatchObject({ byFetch: true, warnings: { length: 1 } });
  });

  it("says nothing where the runtime puts its own fetch in place of undici, as Bun does", async () => {
    expect(await callWith(standIn)).toMatchObject({ byFetch: true, warnings: [] });
  });

  it("says nothing where the app has chosen fetch", async () => {
    const chosen = await callWith(undefined, "fetch: globalThis.fetch");
    expect(chosen).toMatchObject({ byFetch: true, warnings: [] });
  });
});

describe("with undici", () => {
  it("sends by undici, without a warning", async () => {
    expect(await callWith("undici")).toMatchObject({ byFetch: false, warnings: [] });
  });
});
