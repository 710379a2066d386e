import { readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

/** On its own, so that importing it opens one file: each further one costs a tenth of the budget. */
const main = { index: "src/index.ts" };

const others = {
  emulator: "src/emulator/index.ts",
  schemas: "src/schemas/index.ts",
  "stores/conformance": "src/stores/conformance.ts",
  "stores/file": "src/stores/file.ts",
  "stores/memory": "src/stores/memory.ts",
  "stores/postgres": "src/stores/postgres.ts",
  "stores/redis": "src/stores/redis.ts",
  "stores/sealed": "src/stores/sealed.ts",
  webhooks: "src/webhooks/index.ts",
};

const shared: Options = {
  target: "node20",
  splitting: true,
  treeshake: true,
  define: { __VERSION__: JSON.stringify(version) },
};

/** Fewer tokens, on lines that can still be read: most of what an import takes is reading the file. */
function writeShorter(options: { minifySyntax?: boolean }): void {
  options.minifySyntax = true;
}

// The command line is a program, not a door: it exists once, and has no types.
export default defineConfig([
  { ...shared, format: ["esm", "cjs"], entry: main, esbuildOptions: writeShorter },
  { ...shared, format: "esm", entry: { ...others, cli: "src/cli/index.ts" } },
  { ...shared, format: "cjs", entry: others },
  { ...shared, format: ["esm", "cjs"], entry: { ...main, ...others }, dts: { only: true } },
]);
