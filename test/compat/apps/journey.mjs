/** What has to work everywhere: calls, their retries, files, a webhook and a connection by OAuth. */

import { createClient } from "airwallex-connect";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createWebhooks, fetchHandler, signPayload } from "airwallex-connect/webhooks";

const seller = {
  identifier: "seller-1",
  account_details: { legal_entity_type: "INDIVIDUAL" },
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
};
const redirectUri = "http://127.0.0.1:3000/callback";
const scope = "account_details:read";

/** @returns what was done, once all of it was right */
export async function journey(emulator) {
  const app = { clientId: "appid_emulator", clientSecret: "emulator_client_secret", redirectUri };
  const client = createClient({
    ...emulator.clientOptions,
    oauth: { ...app, scopes: [scope], store: createMemoryStore() },
  });
  for (const step of Object.values(steps)) await step(client, emulator);
  await client.close();
  return Object.keys(steps).join(", ");
}

async function call(client) {
  const { status } = await client.accounts.create(seller);
  equal(status, "CREATED");
}

async function retry(client, emulator) {
  emulator.faults.next("GET /api/v1/accounts", { status: 503, headers: { "retry-after": "0" } });
  const { response } = await client.accounts.list().withResponse();
  equal(response.attempts, 2);
}

/** The account is made, and found by its identifier. */
async function lostAnswer(client, emulator) {
  emulator.faults.next("POST /api/v1/accounts/create", { cut: "after" });
  const { id } = await client.accounts.create({ ...seller, identifier: "seller-2" });
  const found = await client.accounts.list({ identifier: "seller-2" }).toArray({ limit: 9 });
  equal(found.map((one) => one.id).join(), id);
}

/** Nobody listens there. Where the runtime's fetch does not tell this from a lost answer, it is one. */
async function unreachable() {
  const client = createClient({
    ...{ environment: "sandbox", clientId: "nobody", apiKey: "nothing", maxRetries: 0 },
    ...{ baseUrl: "http://127.0.0.1:2", fetch: globalThis.fetch },
  });
  const { code } = await client.accounts.list().catch((reason) => reason);
  const isWorker = globalThis.navigator?.userAgent === "Cloudflare-Workers";
  equal(code, isWorker ? "response_lost" : "unreachable");
}

async function refusedInput(client) {
  const error = await client.accounts.create({ nick_name: "Ada" }).catch((reason) => reason);
  equal(error.code, "invalid_input");
  equal(error.message.includes("is missing"), true);
}

async function file(client) {
  const bytes = new Uint8Array(3_000_000).fill(32);
  const { file_id } = await client.files.upload(bytes, { name: "passport.png" });
  const download = await client.files.download(file_id);
  equal((await download.bytes()).length, bytes.length);
}

async function stream(client) {
  const { size } = await client.files.upload(new Blob(["one ", "two"]).stream(), { name: "a.png" });
  equal(size, 7);
}

async function oauth(client, emulator) {
  const asked = new URL(await client.oauth.authorizationUrl({ session: "s" }));
  const state = asked.searchParams.get("state");
  const back = emulator.oauth.consent({ redirectUri, scope, state });
  const { connection } = await client.oauth.handleCallback(back, { session: "s" });
  emulator.clock.advance("31m");
  await client.oauth.refresh(connection.id);
  await client.oauth.connection(connection.id).accounts.current();
  equal(emulator.oauth.connections[0].refreshes > 0, true);
}

async function webhook() {
  const names = [];
  const secret = "whsec_journey";
  const hooks = createWebhooks({ secrets: secret }).onAny(({ name }) => names.push(name));
  const body = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
  const deliver = (headers) => {
    const request = new Request("http://localhost/hook", { method: "POST", headers, body });
    return fetchHandler(hooks)(request);
  };
  equal((await deliver(signPayload(body, { secret }))).status, 200);
  equal((await deliver({ "x-signature": "forged" })).status, 400);
  equal(names.join(), "account.submitted");
}

const steps = { call, retry, lostAnswer, unreachable, refusedInput, file, stream, oauth, webhook };

function equal(found, expected) {
  if (found !== expected) throw new Error(`Found ${found}, expected ${expected}`);
}
