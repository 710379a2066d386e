import { expect, test } from "vitest";
import { startExample } from "./program.js";

test("examples/onboard-many.ts corrects two sellers and ends with all accounts active", async () => {
  const example = startExample("onboard-many.ts");
  expect(await example.ended).toBe(0);
  const stdout = example.output();
  expect(stdout).toMatch(/^First run: 3 of 5 are active\n/);
  expect(stdout).toMatch(/ {2}maker-2 is missing\n {4}Provide the date of birth\n/);
  expect(stdout).toMatch(/^Corrected: 5 of 5 are active\n$/m);
});
