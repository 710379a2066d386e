import { readFileSync, writeFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

/** On its own, so that importing it opens one file: each further one costs a tenth of the budget. */
const main = { index: "src/index.ts" };

const others = {
  emulator: "src/emulator/index.ts",
  schemas: "src/generated/index.ts",
  "stores/conformance": "src/stores/conformance/index.ts",
  "stores/file": "src/stores/file/index.ts",
  "stores/memory": "src/stores/memory/index.ts",
  "stores/postgres": "src/stores/postgres/index.ts",
  "stores/redis": "src/stores/redis/index.ts",
  "stores/sealed": "src/stores/sealed.ts",
  webhooks: "src/webhooks/index.ts",
};

const shared: Options = {
  target: "node20",
  splitting: true,
  treeshake: true,
  define: { __VERSION__: JSON.stringify(version) },
  esbuildOptions: writeShorter,
};

/** Published as ES modules only, so that `require` cannot have them everywhere. */
const bundled = ["jose", "p-retry", "is-network-error"];

const esm: Options = { ...shared, format: "esm", plugins: [hideUndici()] };

/** Jest and the like run CommonJS where `import()` does not work. */
const commonJs: Options = {
  ...shared,
  format: "cjs",
  noExternal: bundled.map((name) => new RegExp(`^${name}(/|$)`)),
  plugins: [requireAll()],
};

/** Fewer tokens, on lines that can still be read: most of what an import takes is reading the file. */
function writeShorter(options: { minifySyntax?: boolean }): void {
  options.minifySyntax = true;
}

/** Turns every `import()` into a `require` that is as late, and keeps the licences of what is bundled. */
function requireAll(): NonNullable<Options["plugins"]>[number] {
  return {
    name: "require-all",
    buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles.filter((file) => file.name.endsWith(".cjs"))) {
        const text = readFileSync(name, "utf8").replaceAll(
          /\bimport\((["'][^"']+["'])\)/g,
          "Promise.resolve().then(() => require($1))",
        );
        // Each module begins with a comment that names its file.
        const inside = bundled.filter((one) => text.includes(`node_modules/${one}/`));
        writeFileSync(name, inside.map(licenceOf).join("") + text);
      }
    },
  };
}

/**
 * Hides undici from bundlers, which would break it: see src/transport/undici.ts. None of them follows an
 * import by a name that it does not know.
 */
function hideUndici(): NonNullable<Options["plugins"]>[number] {
  const hidden = '((name) => import(/* webpackIgnore: true */ /* @vite-ignore */ name))("undici")';
  return {
    name: "hide-undici",
    buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles.filter((file) => file.name.endsWith(".js"))) {
        const text = readFileSync(name, "utf8");
        writeFileSync(name, text.replaceAll(/\bimport\(["']undici["']\)/g, hidden));
      }
    },
  };
}

function licenceOf(name: string): string {
  const folder = `node_modules/${name}`;
  const text = ["LICENSE.md", "LICENSE", "license"].flatMap((file) => {
    try {
      return [readFileSync(`${folder}/${file}`, "utf8").trim()];
    } catch {
      return [];
    }
  })[0];
  if (text === undefined) throw new Error(`${folder} has no licence`);
  return `/*! ${name}\n\n${text.replaceAll("*/", "* /")}\n*/\n`;
}

// The command line is a program, not a door: it exists once, and has no types.
export default defineConfig([
  { ...esm, entry: main },
  { ...commonJs, entry: main },
  { ...esm, entry: { ...others, cli: "src/cli/index.ts" } },
  { ...commonJs, entry: others },
  {
    ...shared,
    format: ["esm", "cjs"],
    entry: { ...main, ...others },
    // An app with `types: []` finds Node's types all the same.
    dts: { only: true, banner: '/// <reference types="node" />' },
  },
]);
