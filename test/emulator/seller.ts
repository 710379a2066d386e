/** An emulator with an active account, for tests of money. */

import { createClient } from "airwallex-connect";
import { type EmulatorOptions, startEmulator } from "airwallex-connect/emulator";
import { onTestFinished } from "vitest";
import { minimal } from "./inputs.js";

/** Its clock stands still unless the options say otherwise, and its client checks every answer. */
export async function openSeller(options: EmulatorOptions = {}) {
  const fixed = { now: "2026-09-01T10:00:00Z", frozen: true } as const;
  const emulator = await startEmulator({ ...fixed, ...options });
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  const { id } = await client.accounts.create(minimal);
  emulator.accounts.setStatus(id, "ACTIVE");
  return { emulator, client, seller: client.onBehalfOf(id), id };
}
