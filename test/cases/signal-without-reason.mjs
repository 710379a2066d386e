/** An abort signal of an older kind, without `reason`, leads to an AbortError. */
// right: list: AbortError
// right: withLease: no TypeError
import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";

class OldSignal extends EventTarget {
  aborted = false;
}
const emulator = createEmulator();
const client = createClient(emulator.clientOptions);
const signal = new OldSignal();
emulator.faults.next("GET /api/v1/accounts", { delayMs: 1000 });
setTimeout(() => {
  signal.aborted = true;
  signal.dispatchEvent(new Event("abort"));
}, 50);
await client.accounts.list({}, { signal }).catch((error) => console.log("list:", error?.name));
const lease = { leaseMs: 1000, waitMs: 0, signal: new OldSignal() };
const worked = createMemoryStore().withLease("k", lease, async () => "done");
console.log(
  "withLease:",
  await worked.then(
    () => "no TypeError",
    ({ message }) => message,
  ),
);
