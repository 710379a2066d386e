/**
 * `npm run connection`: what a connected customer's token costs per call, compared with a token from an
 * API key.
 *
 * Both clients share one process and get the same response from a `fetch` without a socket, so that
 * only the token differs and a tenth of a microsecond is visible. They take turns in rounds; the result
 * is the difference between the lowest rounds, because other load on the machine only ever adds.
 */

import { readFileSync } from "node:fs";
import { doors } from "./lib/package.mjs";
import { prepare } from "./lib/prepare.mjs";
import { lowest, median } from "./lib/stats.mjs";

const mostUs = 1;
const attempts = 3;
const { rounds, callsPerRound } = { rounds: 150, callsPerRound: 150 };

prepare();
const { createClient } = await import(doors()["."].url);
const { createMemoryStore } = await import(doors()["./stores/memory"].url);

const accountId = "acct_QmVuY2hGaXh0dXJlQWNjdA";
const account = JSON.stringify(
  JSON.parse(readFileSync(new URL("fixtures/account.json", import.meta.url), "utf8")),
);
const tokens = {
  access_token: `bench.${"t".repeat(594)}`,
  expires_in: 3600,
  refresh_token: "bench-refresh",
  account_id: accountId,
};
const answers = {
  "/api/v1/authentication/login": () => ({
    token: tokens.access_token,
    expires_at: new Date(Date.now() + 60 * 60_000).toISOString().replace("Z", "+0000"),
  }),
  "/oauth/token": () => tokens,
};

async function fetch(url) {
  const answer = answers[new URL(url).pathname];
  const text = answer ? JSON.stringify(answer()) : account;
  return new Response(text, { headers: { "content-type": "application/json" } });
}

const options = { environment: "sandbox", baseUrl: "https://bench.localhost", fetch };
const byKey = createClient({ ...options, clientId: "bench-client", apiKey: "bench-key" });
const app = { clientId: "bench-app", clientSecret: "bench", redirectUri: "http://localhost/back" };
const oauth = { ...app, scopes: ["account_details:read"], store: createMemoryStore() };
const platform = createClient({ ...options, oauth });
const id = await connect();
const connection = platform.oauth.connection(id);

const calls = {
  "an API key": () => byKey.accounts.retrieve(accountId),
  "connection(id), kept": () => connection.accounts.retrieve(accountId),
  "connection(id), made for the call": () =>
    platform.oauth.connection(id).accounts.retrieve(accountId),
};
const [base, kept] = Object.keys(calls);

for (let attempt = 1; ; attempt++) {
  const measured = await measure();
  for (const [name, { lowestUs, medianUs }] of measured) {
    const more = lowestUs - measured.get(base).lowestUs;
    const beside = name === base ? "" : `, ${more.toFixed(2)} µs more than with an API key`;
    const figures = `${lowestUs.toFixed(2)} µs of CPU at the lowest, ${medianUs.toFixed(2)} in the middle`;
    process.stdout.write(`      a call with ${name}: ${figures}${beside}\n`);
  }
  const moreUs = measured.get(kept).lowestUs - measured.get(base).lowestUs;
  const met = moreUs <= mostUs;
  process.stdout.write(
    `${met ? "ok  " : "FAIL"}  ${kept} with a fresh token adds ${moreUs.toFixed(2)} µs; the limit: ${mostUs} µs of CPU\n`,
  );
  if (met) break;
  if (attempt === attempts) {
    process.exitCode = 1;
    break;
  }
}

async function connect() {
  const session = "bench-session";
  const url = new URL(await platform.oauth.authorizationUrl({ session }));
  const back = new URL(app.redirectUri);
  back.search = new URLSearchParams({ code: "c", state: url.searchParams.get("state") }).toString();
  const { connection } = await platform.oauth.handleCallback(back, { session });
  return connection.id;
}

async function measure() {
  const order = Object.entries(calls);
  const samples = new Map(order.map(([name]) => [name, []]));
  // The first rounds are warm-up, while the code is compiled.
  for (let round = -20; round < rounds; round++) {
    for (const [name, call] of order) {
      const cpu = process.cpuUsage();
      for (let count = 0; count < callsPerRound; count++) await call();
      const { user, system } = process.cpuUsage(cpu);
      if (round >= 0) samples.get(name).push((user + system) / callsPerRound);
    }
    // Rotate, so that none always runs after the same neighbour.
    order.push(order.shift());
  }
  return new Map(
    [...samples].map(([name, taken]) => [
      name,
      { lowestUs: lowest(taken), medianUs: median(taken) },
    ]),
  );
}
