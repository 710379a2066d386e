/** Onboards its part of the sellers with the limits of production, when it is told to. Says how that went. */

import { doors } from "../lib/package.mjs";
import { sellerOf } from "../lib/sellers.mjs";
import { openStore } from "./stores.mjs";

const { options, where, from, to, shared } = JSON.parse(process.argv[2]);
const { createClient } = await import(doors()["."].url);
const { store, counter } = await openStore(where);
const client = createClient({
  ...options,
  environment: "production",
  tokenStore: store,
  ...(shared ? { rateLimit: { shared: store } } : {}),
});

function* sellers() {
  for (let index = from; index < to; index++) yield sellerOf(index);
}

process.once("message", async () => {
  counter.trips = 0;
  const { counts } = await client.onboarding.run(sellers(), { store });
  process.send({ counts, trips: counter.trips });
});
process.send("ready");
