/**
 * Pays three sellers exactly once each while things go wrong: a response is lost, and the program dies
 * after a payment but before recording it. Runs on the embedded emulator.
 *
 *   npx tsx examples/pay-out.ts
 */

import { type Client, createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";

/** A row in the platform's own database. The request id is stored with it before anything is sent. */
interface Payout {
  readonly requestId: string;
  readonly sellerId: string;
  /** A decimal string, never a floating-point number. */
  readonly amount: string;
  transferId?: string;
}

const say = (what: string, result: string): void =>
  console.log(`  ${what.padEnd(44, ".")} ${result}`);

async function openSeller(client: Client, identifier: string): Promise<string> {
  const { id } = await client.accounts.create({
    identifier,
    account_details: { legal_entity_type: "INDIVIDUAL" },
    primary_contact: { email: `${identifier}@example.com` },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
  });
  return id;
}

/** Safe to call again if it is unknown whether the payout was made. */
async function pay(client: Client, payout: Payout): Promise<void> {
  const transfer = await client.transfers.create({
    request_id: payout.requestId,
    destination: payout.sellerId,
    amount: payout.amount,
    currency: "USD",
    reason: "professional_business_services",
    reference: "Sales of September",
  });
  payout.transferId = transfer.id;
}

await using emulator = await startEmulator();
await using client = createClient(emulator.clientOptions);

const payouts: Payout[] = [];
for (const [name, amount] of [
  ["ada", "1250.00"],
  ["charles", "80.10"],
  ["luigi", "0.30"],
] as const) {
  const sellerId = await openSeller(client, name);
  emulator.accounts.setStatus(sellerId, "ACTIVE");
  payouts.push({ requestId: `sales-2026-09-${name}`, sellerId, amount });
}
const [ada, charles, luigi] = payouts as [Payout, Payout, Payout];

console.log("First run");
emulator.faults.next("transfers.create", { cut: "after" });
await pay(client, ada);
say("ada: paid, and the answer was lost", "found the transfer");

await pay(client, charles);
delete charles.transferId;
say("charles: paid, and died before noting it", "not noted");

console.log("Second run");
for (const payout of payouts.filter(({ transferId }) => transferId === undefined)) {
  await pay(client, payout);
}
say("charles: asked for again", "the transfer of the first run");
say("luigi: asked for the first time", `${luigi.amount} USD`);

console.log("Wallets");
for (const { sellerId, amount, requestId } of payouts) {
  const [balance] = await client.onBehalfOf(sellerId).balances.current();
  say(`${requestId}, due ${amount}`, `${balance?.available_amount} USD`);
}
say("transfers made", String(emulator.money.transfers().length));
