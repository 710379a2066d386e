import { expect, test } from "vitest";
import { startExample } from "./program.js";

test("examples/platform.ts receives, converts, pays out and adds up", async () => {
  const example = startExample("platform.ts");
  expect(await example.ended).toBe(0);
  const output = example.output();
  expect(output).toContain("1000 EUR SETTLED");
  expect(output).toContain("200.00 USD PAID, fee 1.50 USD");
  expect(output).toMatch(/EUR in the wallet\.+ 475, as the entries add up/);
  expect(output).toMatch(/USD in the wallet\.+ 333\.11, as the entries add up/);
}, 90_000);
