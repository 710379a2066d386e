/** A payment that another process is still making is waited for, and returned. */
// right: returned the one that was made
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ended, payable, proxy } from "./lib.mjs";

const emulator = await startEmulator();
const { client: first, payment } = await payable(emulator, "pay-1");
let busy = true;
setTimeout(async () => {
  await first.transfers.create(payment);
  busy = false;
}, 12_000);
const refusal = {
  code: "concurrent_update",
  message: "A request with this id is being processed.",
};
const server = await proxy(emulator.url, async ({ url, forward }) =>
  url.includes("transfers/create") && busy
    ? { status: 409, body: JSON.stringify(refusal) }
    : forward(),
);
const second = createClient({ ...emulator.clientOptions, baseUrl: server.url });
const id = await ended(second.transfers.create(payment), (made) => made.id);
const made = await first.transfers.list({ request_id: "pay-1" }).toArray({ limit: 5 });
console.log(made.length === 1 && made[0].id === id ? "returned the one that was made" : id);
await Promise.all([first.close(), second.close()]);
server.close();
await emulator.close();
