import { ok } from "node:assert/strict";
import { it } from "node:test";
import { startEmulator } from "airwallex-connect/emulator";
import { journey } from "./journey.mjs";

it("works under node:test", async () => {
  const emulator = await startEmulator();
  ok((await journey(emulator)).includes("webhook"));
  await emulator.close();
});
