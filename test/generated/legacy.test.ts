import { readFileSync } from "node:fs";
import { LegacyAccount } from "airwallex-connect/schemas";
import { expect, it } from "vitest";

const account = JSON.parse(
  readFileSync(new URL("../fixtures/account.legacy.json", import.meta.url), "utf8"),
);

it("LegacyAccount parses the camelCase account with nothing dropped", () => {
  expect(LegacyAccount.parse(account)).toEqual(account);
});

it("LegacyAccount parses an account.active event's data, where members may be null", () => {
  const data = { ...account, accountUsage: null, requirements: null, newer: { kept: true } };
  expect(LegacyAccount.parse(data)).toEqual(data);
});
