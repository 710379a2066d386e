/**
 * Copies the example apps out of the project, installs them with the packed tarball, builds them, and uses
 * them as their visitors would, against an emulator. Given names, only those.
 *
 *     npm run examples:apps
 *     npx tsx scripts/example-apps.ts next-app
 *
 * It needs the build (`npm run build`) and the npm registry.
 */

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { createClient } from "airwallex-connect";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { freePort } from "../test/servers.js";
import { type AppFolder, packTarball, tryApp } from "./try-app.js";

const secret = "whsec_example";

type Trial = (folder: AppFolder, emulator: RunningEmulator) => Promise<void>;

const trials: Readonly<Record<string, Trial>> = {
  "next-app": tryNext,
  "nest-app": tryNest,
  lambda: tryLambda,
};

const asked = process.argv.slice(2);
const tarball = packTarball();
for (const [name, trial] of Object.entries(trials)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  await using emulator = await startEmulator();
  await tryApp(name, async (folder) => {
    cpSync(`examples/${name}`, folder.path, { recursive: true });
    folder.run(`npm install --no-audit --no-fund ${tarball}`);
    folder.run("npm run build");
    await trial(folder, emulator);
  });
  console.log(`${name}: works`);
}

async function tryNext(folder: AppFolder, emulator: RunningEmulator): Promise<void> {
  const port = await freePort();
  const app = `http://127.0.0.1:${port}`;
  const env = { ...environment(emulator), PORT: `${port}`, APP_URL: app };
  await folder.start("npm start", port, env);

  // The form, twice: one account.
  const form = { first_name: "Ada", last_name: "Lovelace", email: "ada@example.com", terms: "on" };
  const send = () =>
    fetch(`${app}/sellers`, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
    });
  const first = (await send()).headers.get("location") ?? "";
  assert.equal((await send()).headers.get("location"), first);
  assert.match(await text(first), /is <strong>CREATED<\/strong>/);

  // The button: consent at the emulator, and back.
  const away = await fetch(`${app}/connect`, { redirect: "manual" });
  const asked = new URL(away.headers.get("location") ?? "");
  const [cookie = ""] = (away.headers.get("set-cookie") ?? "").split(";");
  const query = (name: string): string => asked.searchParams.get(name) ?? "";
  const back = emulator.oauth.consent({
    redirectUri: query("redirect_uri"),
    scope: query("scope"),
    state: query("state"),
    codeChallenge: query("code_challenge"),
  });
  const home = await fetch(back, { headers: { cookie }, redirect: "manual" });
  assert.match(await text(home.headers.get("location") ?? ""), /Connected\. Your account is/);

  await deliverTwice(emulator, `${app}/webhooks`, ["handled", "duplicate"]);
}

async function tryNest(folder: AppFolder, emulator: RunningEmulator): Promise<void> {
  const port = await freePort();
  await folder.start("npm start", port, { ...environment(emulator), PORT: `${port}` });
  const answer = await fetch(`http://127.0.0.1:${port}/sellers`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ identifier: "seller-42", email: "ada@example.com" }),
  });
  const { id } = (await answer.json()) as { readonly id: string };
  assert.equal(emulator.accounts.get(id)?.status, "CREATED");
  await deliverTwice(emulator, `http://127.0.0.1:${port}/webhooks`, ["handled", "handled"]);
}

async function tryLambda(folder: AppFolder, emulator: RunningEmulator): Promise<void> {
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create({
    identifier: "seller-42",
    account_details: { legal_entity_type: "INDIVIDUAL" },
    primary_contact: { email: "ada@example.com" },
    customer_agreements: { agreed_to_data_usage: true },
  });
  await folder.runBeside("npm start", { ...environment(emulator), ACCOUNT_ID: id });
  await client.close();
}

/** What an app needs to call the emulator. */
function environment(emulator: RunningEmulator): Readonly<Record<string, string>> {
  return {
    AIRWALLEX_BASE_URL: emulator.url,
    AIRWALLEX_CLIENT_ID: emulator.clientOptions.clientId,
    AIRWALLEX_API_KEY: emulator.clientOptions.apiKey,
    AIRWALLEX_OAUTH_CLIENT_ID: defaultOAuthClientId,
    AIRWALLEX_OAUTH_CLIENT_SECRET: defaultOAuthClientSecret,
    AIRWALLEX_WEBHOOK_SECRET: secret,
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

/** Delivers an event twice, and checks the answers. */
async function deliverTwice(
  emulator: RunningEmulator,
  url: string,
  answers: readonly string[],
): Promise<void> {
  emulator.webhooks.subscribe({ url, events: ["account.active"], secret });
  const id = emulator.deliver({ name: "account.active" });
  await emulator.webhooks.settled();
  emulator.webhooks.resend(id);
  await emulator.webhooks.settled();
  const seen = emulator.webhooks.deliveries().map(({ status, answer }) => `${status} ${answer}`);
  assert.deepEqual(
    seen,
    answers.map((answer) => `200 ${answer}`),
  );
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url);
  // React puts comments between texts.
  return (await answer.text()).replaceAll("<!-- -->", "");
}
