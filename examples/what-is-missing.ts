/**
 * Takes a seller from an empty account to ACTIVE by following the to-do list: before submitting, after a
 * refused submit, after a failed review, and when a reviewer asks questions. Runs on the embedded
 * emulator.
 *
 *   npx tsx examples/what-is-missing.ts
 */

import {
  checkRequirements,
  createClient,
  isAirwallexError,
  type RfiReply,
  type ToDo,
  whatIsMissing,
} from "airwallex-connect";
import { failingFileId, startEmulator } from "airwallex-connect/emulator";
import { individual } from "./sellers.js";

await using emulator = await startEmulator();
const client = createClient(emulator.clientOptions);

console.log("An account that says little");
const { id } = await client.accounts.create({
  identifier: "ada",
  account_details: { legal_entity_type: "INDIVIDUAL" },
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false },
});
const seller = client.onBehalfOf(id);
await client.accounts.update(id, individual.name);
const check = checkRequirements(await seller.accounts.current());
for (const { what, value, confidence } of check.missing) {
  console.log(`  ${what}: ${JSON.stringify(value)} (${confidence})`);
}
for (const sentence of check.notKnown) console.log(`  Not known: ${sentence}`);

console.log("Submitted too early");
try {
  await client.accounts.submit(id);
} catch (error) {
  if (!isAirwallexError(error) || error.code !== "invalid_request") throw error;
  show(whatIsMissing(error));
}

console.log("Complete, with a passport that will not pass");
await client.accounts.update(id, individual.address);
await client.accounts.update(id, individual.identity(failingFileId));
console.log(`  ready: ${checkRequirements(await seller.accounts.current()).ready}`);
await client.accounts.submit(id);
const review = { next_status: "ACTIVE", force: false } as const;
show(whatIsMissing(await client.simulation.accounts.updateStatus(id, review)));

await client.accounts.agreeToTerms(id);
await client.accounts.update(id, individual.identity("a-good-passport"));
await client.accounts.submit(id);

console.log("A reviewer has questions");
await seller.simulation.rfis.create({ type: "KYC" });
for await (const rfi of seller.rfis.list({ statuses: ["ACTION_REQUIRED"] })) {
  const items = whatIsMissing(rfi);
  show(items);
  const questions = items.flatMap((item) =>
    item.kind === "answer_question"
      ? [{ id: item.question.id, answer: answerOf(item.answerType) }]
      : [],
  );
  const answered = await seller.rfis.respond(rfi.id, { questions });
  console.log(`  ${answered.status}, ${whatIsMissing(answered).length} left`);
  await client.simulation.rfis.close(rfi.id);
}
const active = await client.simulation.accounts.updateStatus(id, review);
console.log(`${active.status}, ${whatIsMissing(active).length} to do`);
await client.close();

function show(items: readonly ToDo[]): void {
  for (const { what, why, next } of items) {
    console.log(`  ${what}: ${why}`);
    if (next)
      console.log(`    ${next.method} ${"params" in next ? JSON.stringify(next.params) : ""}`);
  }
}

/** Your app would ask the seller here. */
function answerOf(type: string): RfiReply {
  if (type === "TEXT") return { type, text: "Savings from my salary" };
  if (type === "ATTACHMENT") return { type, attachments: [{ file_id: "an-electricity-bill" }] };
  throw new Error(`This example has no answer of the kind ${type}`);
}
