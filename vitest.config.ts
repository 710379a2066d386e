import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The files that take longest, the longest first: begun late, they would run alone at the end. */
const longest = [
  "oauth/rotation/crowd",
  "oauth/rotation/processes",
  "onboarding/run",
  "onboarding/processes",
  "oauth/rotation/rotation.property",
  "generated/agreement",
  "webhooks/inbox-processes",
  "call/ambiguous-failures",
  "examples/oauth-web-app",
  "emulator/inspector/inspector-page",
  "auth/shared-login",
  "stores/redis-server",
  "examples/oauth-workers",
  "retry/rate-limit",
  "limits/shared-pace",
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = longest.flatMap((name) =>
      sorted.filter(({ moduleId }) => moduleId.endsWith(name)),
    );
    return [...long, ...sorted.filter((file) => !long.includes(file))];
  }
}

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
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { interval: 20, timeout: 30_000 } },
    sequence: { sequencer: LongestFirst },
    // Several suites mostly wait: for processes, for limits, for leases.
    maxWorkers: Math.max(4, availableParallelism()),
    // Files of one worker share their modules: loading the sources anew for each took a fifth of the time.
    isolate: false,
  },
});
