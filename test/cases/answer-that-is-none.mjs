/** A 200 of a proxy or a maintenance page is not taken for a payment, whatever the validation. */
// right: 15 answers: none resolved, none done
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ended, payable, proxy } from "./lib.mjs";

const emulator = await startEmulator();
const { client: setup, payment } = await payable(emulator, "");
const bad = [];
let count = 0;
for (const body of ["{}", "null", "[]", '"ok"', '{"status":"maintenance"}']) {
  const server = await proxy(emulator.url, async ({ url, forward }) =>
    url.includes("/create") ? { status: 200, body } : forward(),
  );
  for (const validation of ["report", "strict", "off"]) {
    const options = { baseUrl: server.url, validation, timeoutMs: 10_000 };
    const client = createClient({ ...emulator.clientOptions, ...options });
    const result = await ended(client.transfers.create({ ...payment, request_id: `p-${count++}` }));
    if (result === "resolved" || result.endsWith(" done"))
      bad.push(`${body} ${validation}: ${result}`);
    await client.close();
  }
  server.close();
}
console.log(`${count} answers: ${bad.join(", ") || "none resolved, none done"}`);
await setup.close();
await emulator.close();
