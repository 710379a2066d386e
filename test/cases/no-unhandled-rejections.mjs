/** Whatever way a failing call is used, no rejection is left unhandled. */
// right: unhandled 0
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { sleep } from "./lib.mjs";

let unhandled = 0;
let now = "";
process.on("unhandledRejection", (error) => {
  unhandled++;
  console.log(`in ${now}: ${error.message}`);
});
const emulator = await startEmulator();
const client = createClient({ ...emulator.clientOptions, maxRetries: 0, timeoutMs: 500 });
const drain = async (list) => {
  for await (const _ of list) break;
};
const transfer = { destination: "a", amount: "1", currency: "USD", reason: "x", reference: "x" };
const ways = {
  withResponse: () => client.accounts.retrieve("x").withResponse(),
  list: () => client.accounts.list({ identifier: "x" }),
  iterate: () => drain(client.accounts.list()),
  pages: () => drain(client.accounts.list().pages()),
  toArray: () => client.accounts.list().toArray({ limit: 5 }),
  "bad toArray": () => client.accounts.list().toArray({}),
  "list withResponse": () => client.accounts.list().withResponse(),
  upload: () => client.files.upload("/nope").withResponse(),
  "upload of bytes": () => client.files.upload(Buffer.from("x"), { name: "a.png" }).withResponse(),
  embedded: () => client.embedded.authorize({ scope: ["w:awx_action:onboarding"] }).withResponse(),
  download: () => client.files.download("x"),
  waitForStatus: () => client.accounts.waitForStatus("x", { status: "ACTIVE", timeoutMs: 300 }),
  transfer: () => client.transfers.create(transfer).withResponse(),
  request: () => client.request({ method: "GET", path: "/api/v1/x" }).withResponse(),
  "bad input": () => client.accounts.create({}).withResponse(),
  "bad option": () => client.accounts.retrieve("x", { nope: 1 }).withResponse(),
  "empty id": () => client.accounts.retrieve("").withResponse(),
  "run without store": () => client.onboarding.run([], {}),
  "loser of a race": () => Promise.race([sleep(1), client.accounts.retrieve("x").catch(() => 0)]),
};
for (const fault of [{ status: 500 }, { cut: "before" }, { stall: "headers" }]) {
  for (const [name, use] of Object.entries(ways)) {
    now = name;
    emulator.faults.clear();
    emulator.faults.always("*", fault);
    try {
      await use();
    } catch {
      // As expected.
    }
  }
}
await sleep(1000);
console.log(`unhandled ${unhandled}`);
await client.close();
await emulator.close();
