import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("examples/onboard-many.ts corrects two sellers and ends with all of them active", async () => {
  const args = ["--tsconfig", "examples/tsconfig.json", "examples/onboard-many.ts"];
  const { stdout } = await promisify(execFile)("node_modules/.bin/tsx", args, {
    env: { ...process.env, AIRWALLEX_CLIENT_ID: "", AIRWALLEX_API_KEY: "" },
  });
  expect(stdout).toMatch(/^First run: 3 of 5 are active\n/);
  expect(stdout).toMatch(/ {2}maker-2 is missing\n {4}Provide the date of birth\n/);
  expect(stdout).toMatch(/^Corrected: 5 of 5 are active\n$/m);
}, 60_000);
