import { startEmulator } from "airwallex-connect/emulator";
import { expect, it } from "vitest";
import { journey } from "./journey.mjs";

it("works under vitest", { timeout: 120_000 }, async () => {
  const emulator = await startEmulator();
  expect(await journey(emulator)).toContain("webhook");
  await emulator.close();
});
