/** Writes llms.txt: what the package is, its pages, and its methods, for programs that read. See llmstxt.org. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "./model.js";
import type { Outputs } from "./outputs.js";

/** The pages are those that docs/index.md lists, in its words. */
export async function addLlms(root: string, model: Model, outputs: Outputs): Promise<Outputs> {
  const index = join(root, "docs/index.md");
  if (!existsSync(index)) return outputs;
  const text = await readFile(index, "utf8");
  const parts = text.split(/^\*\*(.+)\*\*$/m);
  const sections = parts.flatMap((title, at) =>
    at % 2 === 1 ? [`## ${title}\n\n${linksIn(parts[at + 1] ?? "").join("")}`] : [],
  );
  return new Map([...outputs, ["llms.txt", [head, ...sections, methods(model)].join("\n")]]);
}

const head = `# airwallex-connect

> A typed, server-side TypeScript client for Airwallex connected accounts, and an emulator of that API that runs on
> localhost. Node 20.18.1 or newer. Not an official Airwallex product.

Read AGENTS.md first: it has the rules that matter when you write code with this package. Every TypeScript block of
these pages is compiled and run.
`;

/** Rows such as `| [Money](money.md) | about |`. */
function linksIn(table: string): readonly string[] {
  return [...table.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \| (.+) \|$/gm)].map(
    ([, title, link = "", about = ""]) =>
      `- [${title}](${join("docs", link)}): ${about.replace(/\]\((?!\.\.)/g, "](docs/")}\n`,
  );
}

function methods({ operations }: Model): string {
  const lines = operations
    .filter(({ source }) => source.caller === "method")
    .map(({ source }) => `- \`client.${source.id}\`: ${source.summary}\n`);
  return `## Methods\n\n${lines.join("")}`;
}
