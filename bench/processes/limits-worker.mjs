/** Always has more to send than it may, to each of several endpoints. Says what it has sent, five times a second. */

import { doors } from "../lib/package.mjs";
import { openStore } from "./stores.mjs";

const { options, where, endpoints, shared } = JSON.parse(process.argv[2]);
const { createClient } = await import(doors()["."].url);
const { store, counter } = await openStore(where);
const told = { ok: 0, failed: 0, trips: 0 };
const client = createClient({
  ...options,
  environment: "production",
  timeoutMs: 120_000,
  validation: "off",
  tokenStore: store,
  rateLimit: shared ? { shared: store } : true,
});
const calls = [
  () => client.accounts.list({ page_size: 1 }),
  () => client.accounts.current(),
  () => client.transfers.list(),
  () => client.charges.list(),
  () => client.webhooks.list(),
  () => client.balances.current(),
  () => client.rfis.list(),
].slice(0, endpoints);

async function send(call) {
  for (;;) {
    try {
      await call();
      told.ok++;
    } catch (error) {
      told.failed++;
      told.error = `${error.code}: ${error.message}`.slice(0, 200);
    }
  }
}

for (const call of calls) for (let waiting = 0; waiting < 6; waiting++) void send(call);
setInterval(() => process.send({ ...told, trips: counter.trips }), 200);
