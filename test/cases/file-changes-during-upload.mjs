/** A file that changes while it is uploaded is refused at once, and nothing was done. */
// right: undici, grows: invalid_input not_done, in time
// right: undici, shrinks: invalid_input not_done, in time
// right: fetch, grows: invalid_input not_done, in time
// right: fetch, shrinks: invalid_input not_done, in time
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ended } from "./lib.mjs";

const emulator = await startEmulator();
const timeoutMs = 20_000;
for (const [transport, own] of [
  ["undici", {}],
  ["fetch", { fetch: globalThis.fetch }],
]) {
  const changes = {
    grows: () => appendFileSync("grows.bin", Buffer.alloc(1e6)),
    shrinks: () => truncateSync("shrinks.bin", 1e6),
  };
  for (const [name, change] of Object.entries(changes)) {
    writeFileSync(`${name}.bin`, Buffer.alloc(3e6, 1));
    // The second attempt opens the file again.
    emulator.faults.next("files.upload", { status: 429, headers: { "retry-after": "0" } });
    const observer = { onRetry: change };
    const client = createClient({ ...emulator.clientOptions, ...own, timeoutMs, observer });
    const start = performance.now();
    const result = await ended(client.files.upload(`${name}.bin`, { name: "a.png" }));
    const inTime = performance.now() - start < timeoutMs / 2 ? "in time" : "late";
    console.log(`${transport}, ${name}: ${result}, ${inTime}`);
    await client.close();
  }
}
await emulator.close();
