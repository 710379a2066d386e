import { expect, test } from "vitest";
import { startExample } from "./program.js";

test("examples/pay-out.ts pays every seller once", async () => {
  const example = startExample("pay-out.ts");
  expect(await example.ended).toBe(0);
  const results = example
    .output()
    .split("\n")
    .flatMap((line) => /\.{2,} (.+)$/.exec(line)?.[1] ?? []);
  expect(results).toEqual([
    ...["found the transfer", "not noted"],
    ...["the transfer of the first run", "0.30 USD"],
    ...["1250 USD", "80.1 USD", "0.3 USD"],
    "3",
  ]);
});
