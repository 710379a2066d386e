import { expect, it } from "bun:test";
import { startEmulator } from "airwallex-connect/emulator";
import { journey } from "./journey.mjs";

it("works under bun test", async () => {
  const emulator = await startEmulator();
  expect(await journey(emulator)).toContain("webhook");
  await emulator.close();
}, 120_000);
