/** What `npm run demo` prints, and that the list of examples is complete. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startExample } from "./program.js";

test("the demo opens accounts, connects a customer, and survives a crash", async () => {
  const demo = startExample("demo.ts");
  expect(await demo.ended, demo.output()).toBe(0);
  const lines = demo
    .output()
    .replace(/acct_[\w-]+/g, "acct")
    .split("\n");
  const results = lines.flatMap((line) => line.match(/^ {2}(.*?)\.{2,} (.*)$/)?.slice(1, 3) ?? []);
  expect(results.slice(0, 2)).toEqual(["account opened, acct", "CREATED"]);
  const connecting = results.slice(results.indexOf("sent to the consent page for"));
  expect(connecting).toEqual([
    ...["sent to the consent page for", "account_details:read"],
    ...["allowed, acct", "CONNECTED"],
    ...["6 minutes later, 20 calls with a dead token", "all answered"],
    ...["refresh tokens spent for them", "1"],
    ...["6 minutes later, process 2 asks for a new pair", "issued"],
    ...["killed before the answer reached it", "SIGKILL"],
    ...["process 1 finds its mark, and asks again in time", "ACTIVE"],
    ...["tokens used again within their minute of grace", "1"],
    ...["an hour later, still", "CONNECTED"],
    ...["Airwallex looks at her account again", "acct"],
    ...["the app's webhook receives", "account.active"],
    ...["Grace disconnects the app by hand", "partner_connection.disconnected"],
    ...["the handler has marked her connection", "revoked"],
    ...["the next call", "ConnectionRevokedError"],
    ...["requests sent for it", "0"],
  ]);
  expect(lines.filter((line) => /engines-|ada-/.test(line)).map((line) => line.slice(-6))).toEqual([
    "ACTIVE",
    "ACTIVE",
  ]);
});

/** The files that a file refers to: imports, programs that it starts, and workers. */
function namedIn(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  const started = [...text.matchAll(/startExample\("([^"]+\.ts)"/gm)].map(([, name = ""]) =>
    join("examples", name),
  );
  const imported = [...text.matchAll(/"(\.{1,2}\/[^"]+)\.[jt]s"/g)].map(([, path = ""]) =>
    join(dirname(file), `${path}.ts`),
  );
  return [...started, ...imported].filter((name) => existsSync(name));
}

test("every file of the examples is covered by a test", () => {
  const list = (directory: string): readonly string[] =>
    readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(directory, name));
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    namedIn(file).forEach(visit);
  };
  list("test/examples").forEach(visit);
  // Apps have a package.json of their own, and are tried from the packed tarball.
  const apps = readdirSync("examples").filter((name) =>
    existsSync(join("examples", name, "package.json")),
  );
  const tried = readFileSync("scripts/example-apps.ts", "utf8");
  expect(apps.filter((name) => !new RegExp(`^  "?${name}"?: try`, "m").test(tried))).toEqual([]);
  const inApp = (file: string): boolean =>
    apps.some((name) => file.startsWith(join("examples", name)));
  expect(list("examples").filter((file) => !inApp(file) && !reached.has(file))).toEqual([]);
});

test("examples/README.md lists every example, and every program that it names exists", () => {
  const readme = readFileSync("examples/README.md", "utf8");
  const named = [...readme.matchAll(/npx tsx (examples\/[^`\s]+)/g)].map(([, file = ""]) => file);
  const linked = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, file]) => `examples/${file}`);
  expect([...named, ...linked].filter((file) => !existsSync(file))).toEqual([]);
  const helpers = ["README.md", "demo.ts", "files", "sellers.ts"];
  const examples = readdirSync("examples").filter((name) => !helpers.includes(name));
  expect(examples.filter((name) => !linked.some((file) => file.includes(`/${name}`)))).toEqual([]);
});
