/**
 * Calls both functions as Lambda would after a cold start, and prints how long that took: loading the file,
 * and the first call. `ACCOUNT_ID` names an account.
 */

import { signPayload } from "airwallex-connect/webhooks";

async function coldStart(name, event) {
  const started = performance.now();
  const { handler } = await import(`./dist/${name}.mjs`);
  const loaded = performance.now();
  const answer = await handler(event);
  const done = performance.now();
  const ms = (from, to) => `${Math.round(to - from)} ms`;
  console.log(`${name}: loaded in ${ms(started, loaded)}, first call ${ms(loaded, done)}`);
  console.log(JSON.stringify(answer));
}

const body = JSON.stringify({
  id: "evt_1",
  name: "account.active",
  account_id: "acct_1",
  data: {},
});
const headers = signPayload(body, { secret: process.env.AIRWALLEX_WEBHOOK_SECRET });
await coldStart("webhooks", { headers, body, isBase64Encoded: false });
await coldStart("account", { accountId: process.env.ACCOUNT_ID });
