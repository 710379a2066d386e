/**
 * Marks as types, in the declarations of every door, the names that the door has no value for.
 *
 * The bundler of declarations merges an interface with the zod schema of its name, and exports both. The
 * compiler would then let an app import the name as a value, and the program would end as it starts.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { exports: doors } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
};

for (const door of Object.keys(doors).filter((name) => !name.endsWith(".json"))) {
  const file = `dist/${door === "." ? "index" : door.slice(2)}`;
  const values = Object.keys((await import(pathToFileURL(`${file}.js`).href)) as object);
  for (const declarations of [`${file}.d.ts`, `${file}.d.cts`])
    writeFileSync(declarations, markTypes(readFileSync(declarations, "utf8"), new Set(values)));
}

/** `export { a as Account, createClient }` becomes `export { type a as Account, createClient }`. */
function markTypes(text: string, values: ReadonlySet<string>): string {
  return text.replaceAll(/^export \{ (.*) \}/gm, (_, list: string) => {
    const names = list.split(", ").map((name) => {
      const isSaid = name.startsWith("type ") || values.has(name.split(" as ").at(-1) ?? name);
      return isSaid ? name : `type ${name}`;
    });
    return `export { ${names.join(", ")} }`;
  });
}
