/** A store that is away when a code was exchanged does not lose the connection. */
// right: connected, and known when the store is back
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { consent, oauthClient, sleep } from "./lib.mjs";

const emulator = createEmulator();
const inner = createMemoryStore();
let away = false;
const guard =
  (work) =>
  async (...args) => {
    if (away) throw new Error("ECONNREFUSED");
    return work(...args);
  };
const store = { ...inner };
for (const name of ["read", "compareAndSet", "withLease", "delete"])
  store[name] = guard(inner[name]);
const fetch = async (...args) => {
  const answer = await emulator.fetch(...args);
  if (String(args[0]).includes("/oauth/token") && !away) {
    away = true;
    setTimeout(() => (away = false), 3000);
  }
  return answer;
};
const client = oauthClient({ ...emulator.clientOptions, fetch }, store);
const back = await consent(client, emulator);
const first = await client.oauth.handleCallback(back, { session: "s" }).catch((error) => error);
while (away) await sleep(50);
const stop = Date.now() + 30_000;
let found;
while (!found && Date.now() < stop) {
  await sleep(200);
  const [{ id }] = emulator.oauth.connections;
  found = await inner.read(`airwallex:connection:${id}`);
}
const ok = "connection" in first || first.name === "StoreError";
console.log(
  ok ? "connected, and" : `${first.name}: ${first.message}`,
  found ? "known when the store is back" : "lost",
);
await client.close();
