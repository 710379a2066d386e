/**
 * Does what a newcomer does: follows a section of docs/frameworks.md to the letter, from the installation
 * to a webhook that is answered with 200, with the packed tarball in place of the published package.
 *
 *     npx tsx scripts/newcomer.ts nest
 *     npx tsx scripts/newcomer.ts next
 *
 * It needs the build (`npm run build`) and the npm registry.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort } from "../test/servers.js";
import { type AppFolder, packTarball, tryApp } from "./try-app.js";

const headings: Readonly<Record<string, string>> = { nest: "Nest", next: "Next.js" };

const [name = "", ...rest] = process.argv.slice(2);
const heading = headings[name];
if (heading === undefined || rest.length > 0) {
  console.error(`Usage: newcomer ${Object.keys(headings).join(" | ")}`);
  process.exit(2);
}

const page = readFileSync("docs/frameworks.md", "utf8");
const [, section = ""] = new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## )`, "m").exec(page) ?? [];
const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text = ""]) => ({
  kind,
  text,
}));
const [install = { text: "" }, ...others] = blocks.filter(({ kind }) => kind === "sh");
const commands = others.flatMap(({ text }) =>
  text
    .replaceAll(/\\\n\s*/g, "")
    .trim()
    .split("\n"),
);

const tarball = packTarball();
await tryApp(`newcomer-${name}`, async (folder) => {
  folder.run(install.text.replaceAll("airwallex-connect", tarball));
  for (const { kind, text } of blocks) if (kind !== "sh") writeFile(folder, text);
  // Nest's section has a tsconfig.json and says how to build; Next.js has a command for it.
  if (section.includes("`npx tsc`")) folder.run("npx tsc");
  const [port, emulatorPort] = [await freePort(), await freePort()];
  for (const line of commands) {
    const own = line.replaceAll("3000", `${port}`).replaceAll("4010", `${emulatorPort}`);
    if (/ emulator /.test(own)) await folder.start(own, emulatorPort);
    else if (/next start|dist\/main\.js/.test(own))
      await folder.start(own, port, { PORT: `${port}` });
    else folder.run(own);
  }
  console.log(`${heading}: a webhook was verified, handled and answered`);
});

/** A block that begins with the path of a file. JSON has no comments, so that line stays behind. */
function writeFile({ path: root }: AppFolder, text: string): void {
  const [, path] = /^\/\/ (\S+)\n/.exec(text) ?? [];
  if (path === undefined) return;
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, path.endsWith(".json") ? text.replace(/^.*\n/, "") : text);
}
