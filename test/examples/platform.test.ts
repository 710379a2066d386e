import { defaultApiKey, defaultClientId, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { startExample } from "./program.js";

test.each([
  ["with its own emulator", undefined],
  ["where nothing is done at once, as in the sandbox", { settleAfterMs: 300 }],
])("examples/platform.ts receives, converts, pays out and adds up, %s", async (_, options) => {
  await using elsewhere = await startEmulator({ ...options, rateLimits: "sandbox" });
  const environment = {
    AIRWALLEX_BASE_URL: elsewhere.url,
    AIRWALLEX_CLIENT_ID: defaultClientId,
    AIRWALLEX_API_KEY: defaultApiKey,
  };
  const example = startExample("platform.ts", options && environment);
  expect(await example.ended, example.output()).toBe(0);
  const output = example.output();
  expect(output).toContain("1000 EUR SETTLED");
  expect(output).toContain("200.00 USD PAID, fee 1.50 USD");
  expect(output).toMatch(/EUR in the wallet\.+ 475, as the entries add up/);
  expect(output).toMatch(/USD in the wallet\.+ 333\.11, as the entries add up/);
});
