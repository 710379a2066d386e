/** The example that follows the to-do list, run as a separate process. */

import { expect, test } from "vitest";
import { startExample } from "./program.js";

test("the example takes a seller to ACTIVE by following its to-do lists", async () => {
  const example = startExample("what-is-missing.ts");
  expect(await example.ended).toBe(0);
  const lines = example.output().split("\n");
  const between = (from: string, to: string) =>
    lines.slice(lines.indexOf(from) + 1, lines.indexOf(to)).filter((line) => !/^ {4}/.test(line));
  const tooEarly = "Submitted too early";
  const complete = "Complete, with a passport that will not pass";
  const asked = "A reviewer has questions";
  const foretold = between("An account that says little", tooEarly);
  const refused = between(tooEarly, complete);
  const subjects = (list: readonly string[]) => list.map((line) => line.split(":")[0]);
  expect(foretold.pop()).toContain("Not known: The country of residence");
  expect(foretold).toHaveLength(5);
  expect(subjects(refused)).toEqual(subjects(foretold));
  expect(subjects(between(complete, asked))).toEqual([
    "  ready",
    "  Let the customer agree to the terms and conditions",
    "  Provide another primary identification",
    "  Provide another photo of the face",
  ]);
  expect(lines).toContain("  ANSWERED, 0 left");
  expect(lines).toContain("ACTIVE, 0 to do");
});
