/** Reference data: industries, currencies, and days without conversion. */

import { createClient, type IndustryCategory } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { expect, it } from "vitest";
import { json, key, startServer } from "../scripted-server.js";

function open() {
  const emulator = createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  return createClient({ ...emulator.clientOptions, validation: "strict" });
}

function codesOf(categories: readonly IndustryCategory[]): string[] {
  return categories.flatMap(({ value, values }) => [
    ...(value ? [value] : []),
    ...codesOf(values ?? []),
  ]);
}

it("reference.industryCategories() returns a tree with the codes that accounts name", async () => {
  const codes = codesOf(await open().reference.industryCategories());
  expect(codes).toContain("ICCV3_041501");
  expect(new Set(codes).size).toBe(codes.length);
});

it("reference.industryCategories() checks a tree to its last node", async () => {
  const branch = (value: unknown) => ({
    ...{ type: "LIST", name: "Retail" },
    values: [{ type: "QUESTION", values: [{ type: "CODE", answer: "Yes", value }] }],
  });
  const server = await startServer({ answers: [json(200, [branch("A")]), json(200, [branch(1)])] });
  const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
  expect(codesOf(await client.reference.industryCategories())).toEqual(["A"]);
  await expect(client.reference.industryCategories()).rejects.toMatchObject({
    code: "unexpected_shape",
    issues: [{ path: [0, "values", 0, "values", 0, "value"] }],
  });
});

it("reference.supportedCurrencies() says what can be converted", async () => {
  const { conversion } = await open().reference.supportedCurrencies();
  expect(conversion.buy_currencies).toContain("USD");
  expect(conversion.sell_currencies).toContain("AUD");
});

it("reference.invalidConversionDates() lists the days of a pair", async () => {
  const { reference } = open();
  const found = await reference.invalidConversionDates({ currency_pair: "AUDUSD" });
  expect(found.currency_pair).toBe("AUDUSD");
  expect(found.invalid_conversion_dates.slice(0, 3)).toEqual([
    { date: "2026-09-05", reason: "Weekend" },
    { date: "2026-09-06", reason: "Weekend" },
    { date: "2026-09-12", reason: "Weekend" },
  ]);
  await expect(reference.invalidConversionDates({} as never)).rejects.toMatchObject({
    code: "invalid_input",
    issues: [{ path: ["currency_pair"] }],
  });
});
