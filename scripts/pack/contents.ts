/** What the tarball holds: its files, links, imports, names and sizes. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { builtFiles, installed, manifest } from "./installed.js";

/** Everything that may be in the tarball. */
const expected = [
  /^package\.json$/,
  /^(README|AGENTS|CHANGELOG|ARCHITECTURE|CONTRIBUTING|SECURITY)\.md$/,
  /^(LICENSE|llms\.txt)$/,
  /^spec\/(openapi\.generated\.json|README\.md|scopes\.yaml)$/,
  /^docs\/(reference\/)?[\w-]+\.(md|png)$/,
  /^examples\/[\w/.-]+\.(md|ts|tsx|mjs|json|png)$/,
  /^dist\/(stores\/)?[\w.-]+\.(js|cjs|d\.ts|d\.cts)$/,
];

export function checkFiles(): readonly string[] {
  return readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(installed.length + 1))
    .filter((file) => !expected.some((pattern) => pattern.test(file)))
    .map((file) => `The tarball holds ${file}, which nobody needs`);
}

/** Checks that links in the documents resolve, even for readers who only have the package. */
export function checkLinks(): readonly string[] {
  const pages = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(README\.md|AGENTS\.md|llms\.txt|docs\/.*\.md|examples\/.*\.md)$/.test(file),
  );
  return pages.flatMap((page) => {
    const text = readFileSync(join(installed, page), "utf8");
    return (
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, link = ""]) => join(dirname(page), link))
        // Tests are only in the repository.
        .filter((file) => !file.startsWith("test/") && !existsSync(join(installed, file)))
        .map((file) => `${page} points to ${file}, which is not in the tarball`)
    );
  });
}

export function checkChangelog(): readonly string[] {
  const text = readFileSync(join(installed, "CHANGELOG.md"), "utf8");
  if (text.includes(`\n## ${manifest.version} (`)) return [];
  return [`CHANGELOG.md has no section for ${manifest.version}, expected one with its date`];
}

export function checkImports(): readonly string[] {
  return builtFiles(/\.c?js$/).flatMap(({ file, text }) => {
    return [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([\w@][^"'\s]*)["']/g)]
      .map(([, specifier = ""]) => specifier)
      .filter((specifier) => !isBuiltin(specifier))
      .filter((specifier) => !((specifier.split("/")[0] as string) in manifest.dependencies))
      .map((specifier) => `dist/${file} imports ${specifier}, which is not a dependency`);
  });
}

/** If two declarations share a name, the bundler numbers them, and editors show `Account$1`. */
export function checkNames(): readonly string[] {
  return builtFiles(/\.d\.ts$/).flatMap(({ file, text }) => {
    const names = text.match(/\b\w+\$\d+\b/g) ?? [];
    return [...new Set(names)].map((name) => `dist/${file} shows users the name ${name}`);
  });
}

/** Jest and similar tools run CommonJS in which `import()` does not work. */
export function checkRequires(): readonly string[] {
  return builtFiles(/\.cjs$/).flatMap(({ file, text }) => {
    const unlicensed = ["jose", "p-retry"].filter(
      (name) => text.includes(`node_modules/${name}/`) && !text.includes(`/*! ${name}\n`),
    );
    return [
      ...(/\bimport\(/.test(text) ? [`dist/${file} has an import(), expected require()`] : []),
      ...unlicensed.map((name) => `dist/${file} holds ${name} without its licence`),
    ];
  });
}

/** No audit sees the copies in the CommonJS build, so SECURITY.md says which versions they are. */
export function checkCopies(): readonly string[] {
  const copied = new Set(
    builtFiles(/\.cjs$/).flatMap(({ text }) =>
      [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
        ([, name = ""]) => name,
      ),
    ),
  );
  const said = readFileSync(join(installed, "SECURITY.md"), "utf8");
  if (copied.size === 0) return ["The CommonJS build names none of the packages that it copies"];
  return [...copied].flatMap((name) => {
    const manifest = readFileSync(join("node_modules", name, "package.json"), "utf8");
    const copy = `${name} ${(JSON.parse(manifest) as { readonly version: string }).version}`;
    return said.includes(copy) ? [] : [`SECURITY.md does not name the copy of ${copy}`];
  });
}

/** Whoever imports a door waits for each further file, and each built-in module, that it loads at once. */
export function checkAlone(door: string): readonly string[] {
  const text = readFileSync(join(installed, "dist", door), "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)].map(
    ([, loaded = ""]) => `dist/${door} loads ${loaded} at once, expected it to load nothing`,
  );
}

/** Compressed size of what an entry point loads at once: later `import()`s do not count. */
export function checkSize(door: string, maxBytes: number): readonly string[] {
  const dist = join(installed, "dist");
  const texts = new Map<string, string>();
  const visit = (file: string): void => {
    if (texts.has(file)) return;
    const text = readFileSync(join(dist, file), "utf8");
    texts.set(file, text);
    const imports = text.matchAll(/^(?:import|export)\b[^;]*?["']\.\/([^"']+)["'];/gm);
    for (const [, next = ""] of imports) visit(next);
  };
  visit(door);
  const size = gzipSync([...texts.values()].join("")).length;
  if (size <= maxBytes) return [];
  return [
    `dist/${door} and what it loads at once take ${size} bytes, expected ${maxBytes} at most`,
  ];
}
