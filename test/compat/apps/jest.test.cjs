/** CommonJS, as Jest runs it without flags. `journey.cjs` is made from `journey.mjs`. */

const { startEmulator } = require("airwallex-connect/emulator");
const { journey } = require("./journey.cjs");

it("works under jest", async () => {
  const emulator = await startEmulator();
  expect(await journey(emulator)).toContain("webhook");
  await emulator.close();
}, 120_000);
