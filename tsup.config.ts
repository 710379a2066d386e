import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

export default defineConfig({
  entry: {
    index: "src/index.ts",
    schemas: "src/schemas/index.ts",
    emulator: "src/emulator/index.ts",
    cli: "src/cli/index.ts",
  },
  format: ["esm", "cjs"],
  dts: { entry: { index: "src/index.ts", schemas: "src/schemas/index.ts", emulator: "src/emulator/index.ts" } },
  target: "node20",
  splitting: true,
  treeshake: true,
  clean: true,
  define: { __VERSION__: JSON.stringify(version) },
});
