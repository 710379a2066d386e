/**
 * Opens two connected accounts and takes them to ACTIVE: an individual in stages, and a business in one
 * go. Uses the embedded emulator, or the real sandbox if AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY are
 * set.
 *
 *   npm run demo
 */

import { type Account, createClient, isAirwallexError } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { business, individual } from "./sellers.js";
import { printEvents } from "./webhook-events.js";

const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey } = process.env;
const emulator = clientId && apiKey ? undefined : await startEmulator();
const client = createClient(
  emulator?.clientOptions ?? {
    environment: "sandbox",
    clientId: clientId as string,
    apiKey: apiKey as string,
  },
);

const say = (text = ""): void => console.log(text);
const step = (what: string, account: Account): void =>
  say(`  ${what.padEnd(50, ".")} ${account.status}`);

/** Makes identifiers unique, so that the example can run again in a sandbox that keeps its accounts. */
const run = Date.now().toString(36);

async function onboardIndividual(): Promise<Account> {
  say("Ada, who sells alone");
  const { id } = await create();
  await client.accounts.update(id, individual.name);
  await showWhatIsMissing(id);

  const image = new URL("./files/specimen-id.png", import.meta.url);
  const { file_id } = await client.files.upload(image, { notes: "passport" });
  say(`  ${"passport uploaded".padEnd(50, ".")} ${file_id.slice(0, 16)}…`);

  await client.accounts.update(id, individual.address);
  step("address added", await client.accounts.update(id, individual.identity(file_id)));
  step("submitted", await client.accounts.submit(id));

  // In production Airwallex reviews the account; here we are the reviewer.
  const decision = { next_status: "ACTIVE", force: false } as const;
  const reviewed = await client.simulation.accounts.updateStatus(id, decision);
  step("reviewed, and the terms are still open", reviewed);
  const required = reviewed.requirements?.agreement_to_terms_and_conditions_required;
  if (required) say(`      required: ${required.message}`);

  step("terms agreed", await client.accounts.agreeToTerms(id, { agreed_at: now() }));
  return await client.accounts.waitForStatus(id, { status: "ACTIVE" });

  async function create(): Promise<Account> {
    const account = await client.accounts.create({
      identifier: `ada-${run}`,
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email: `ada+${run}@example.com` },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false },
    });
    step(`account opened, ${account.id}`, account);
    return account;
  }
}

/** A premature submit is refused, and the error lists the missing fields. */
async function showWhatIsMissing(id: string): Promise<void> {
  try {
    await client.accounts.submit(id);
  } catch (error) {
    if (!isAirwallexError(error) || error.code !== "invalid_request") throw error;
    say(`  submitted too early, ${error.apiCode}:`);
    for (const { field } of error.fieldErrors) say(`      missing: ${field}`);
  }
}

async function onboardBusiness(): Promise<Account> {
  say("Analytical Engines, a company of two");
  const image = new URL("./files/specimen-id.png", import.meta.url);
  const { file_id } = await client.files.upload(image, { name: "documents.png" });
  const created = await client.accounts.create(business(`engines-${run}`, file_id));
  step(`account opened, ${created.id}`, created);
  const { id } = created;
  step("submitted", await client.accounts.submit(id));
  step("reviewed", await client.simulation.accounts.updateStatus(id, { next_status: "ACTIVE" }));
  return await client.accounts.waitForStatus(id, { status: "ACTIVE" });
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "+0000");
}

say(`Using ${emulator ? `the emulator at ${emulator.url}` : "the Airwallex sandbox"}\n`);
// The sandbox cannot reach a handler on this machine.
const events = emulator && (await printEvents(client, (line) => say(`    -> ${line}`)));
const accounts = [await onboardIndividual(), await onboardBusiness()];
await emulator?.webhooks.settled();
await events?.close();
say("\nActive accounts of the platform");
for await (const { id, status, identifier } of client.accounts.list({ account_status: "ACTIVE" })) {
  if (accounts.some((account) => account.id === id)) say(`  ${id}  ${identifier}  ${status}`);
}
await client.close();
await emulator?.close();
