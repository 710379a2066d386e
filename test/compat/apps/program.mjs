/** The journey as a program, with an emulator on a socket. */

import { startEmulator } from "airwallex-connect/emulator";
import { journey } from "./journey.mjs";

async function main() {
  const emulator = await startEmulator();
  console.log(`Done: ${await journey(emulator)}`);
  await emulator.close();
}

main();
