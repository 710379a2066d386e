import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^airwallex-connect$/, replacement: source("./src/index.ts") },
      { find: "airwallex-connect/schemas", replacement: source("./src/generated/index.ts") },
      {
        find: "airwallex-connect/stores/sealed",
        replacement: source("./src/stores/sealed.ts"),
      },
      {
        find: /^airwallex-connect\/stores\/(\w+)$/,
        replacement: source("./src/stores/$1/index.ts"),
      },
      { find: "airwallex-connect/webhooks", replacement: source("./src/webhooks/index.ts") },
      { find: "airwallex-connect/emulator", replacement: source("./src/emulator/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // No test asserts on speed, so these only end what hangs, on a busy machine too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { interval: 20, timeout: 30_000 } },
    // Several suites mostly wait: for processes, for limits, for leases.
    maxWorkers: Math.max(3, availableParallelism()),
  },
});
