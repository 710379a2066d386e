/**
 * What a platform does with money: a seller is onboarded, gets an account number, is paid by a buyer,
 * converts half, pays a supplier, and the platform takes its fee. Uses the embedded emulator, or the real
 * sandbox if AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY are set.
 *
 *   npm run demo -- platform
 */

import { type Client, createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { business } from "./sellers.js";

const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey } = process.env;
const emulator = clientId && apiKey ? undefined : await startEmulator();
const client = createClient(
  emulator?.clientOptions ?? {
    environment: "sandbox",
    clientId: clientId as string,
    apiKey: apiKey as string,
  },
);

/** Makes request ids unique, so that the example can run again in a sandbox that keeps its payments. */
const run = Date.now().toString(36);
const say = (what: string, result: string): void =>
  console.log(`  ${what.padEnd(46, ".")} ${result}`);

async function openSeller(): Promise<string> {
  const image = new URL("./files/specimen-id.png", import.meta.url);
  const { file_id } = await client.files.upload(image, { name: "documents.png" });
  const { id } = await client.accounts.create(business(`engines-${run}`, file_id));
  await client.accounts.submit(id);
  await client.simulation.accounts.updateStatus(id, { next_status: "ACTIVE" });
  await client.accounts.waitForStatus(id, { status: "ACTIVE" });
  return id;
}

/** A buyer pays by bank transfer, to an account number that belongs to the seller. */
async function receive(seller: Client<"sandbox">): Promise<void> {
  const account = await seller.globalAccounts.create({
    request_id: `account-${run}`,
    country_code: "DE",
    required_features: [{ currency: "EUR", transfer_method: "LOCAL" }],
  });
  say("an account number in Germany", account.iban ?? account.account_number ?? "");
  // In production the buyer's bank does this.
  await seller.simulation.deposits.create({
    global_account_id: account.id,
    amount: 1000,
    payer_name: "Buyer GmbH",
    reference: "Order 1843",
  });
  for await (const { amount, currency, status } of seller.deposits.list()) {
    say("paid by a buyer", `${amount} ${currency} ${status}`);
  }
}

/** The rate is held by a quote, and the platform marks it up by half a percent. */
async function convert(seller: Client<"sandbox">): Promise<void> {
  const currencies = { sell_currency: "EUR", buy_currency: "USD" };
  const quote = await seller.quotes.create({
    ...currencies,
    sell_amount: "500.00",
    validity: "MIN_15",
    application_fee_options: [
      { type: "PERCENTAGE", percentage: "0.5", source_type: "CONVERSION", currency: "USD" },
    ],
  });
  const conversion = await seller.conversions.create({
    ...currencies,
    request_id: `conversion-${run}`,
    sell_amount: "500.00",
    quote_id: quote.quote_id,
  });
  const { sell_amount, buy_amount, client_rate } = conversion;
  say("half converted", `${sell_amount} EUR to ${buy_amount} USD at ${client_rate}`);
}

const supplier = {
  entity_type: "COMPANY",
  company_name: "Brass and Gears Inc",
  bank_details: { account_currency: "USD", bank_country_code: "US" },
};

async function payOut(seller: Client<"sandbox">): Promise<void> {
  const transfer_methods = ["LOCAL"] as const;
  const missing = await seller.beneficiaries.check({ transfer_methods, beneficiary: supplier });
  say("a supplier in the US lacks", missing.map(({ path }) => path.split(".").at(-1)).join(", "));
  const saved = await seller.beneficiaries.create({
    transfer_methods,
    beneficiary: {
      ...supplier,
      bank_details: {
        ...supplier.bank_details,
        account_name: "Brass and Gears Inc",
        account_number: "50001121",
        account_routing_type1: "aba",
        account_routing_value1: "021000021",
      },
    },
  });
  const payout = await seller.payouts.create({
    request_id: `payout-${run}`,
    beneficiary_id: saved.id,
    source_currency: "USD",
    transfer_currency: "USD",
    transfer_amount: "200.00",
    transfer_method: "LOCAL",
    reason: "goods_purchased",
    reference: "Invoice 7",
    application_fee_options: [
      { type: "FIXED", amount: "150", currency: "USD", source_type: "TRANSFER" },
    ],
  });
  // In production banks do this.
  for (const next_status of ["PROCESSING", "SENT", "PAID"] as const) {
    await seller.simulation.transfers.transition(payout.id, { next_status });
  }
  const { status, application_fees } = await seller.payouts.retrieve(payout.id);
  const fee = application_fees?.[0];
  say("the supplier is paid", `200.00 USD ${status}, fee ${fee?.amount} ${fee?.currency}`);
}

/** The platform pulls a fee of its own from the seller's wallet. */
async function charge(sellerId: string): Promise<void> {
  const { amount, currency } = await client.charges.create({
    request_id: `fee-${run}`,
    source: sellerId,
    amount: "25.00",
    currency: "EUR",
    reason: "professional_business_services",
    reference: "Fees of September",
  });
  say("the platform takes its fee", `${amount} ${currency}`);
}

async function printStatement(seller: Client<"sandbox">): Promise<void> {
  const sums = new Map<string, number>();
  const entries = await seller.financialTransactions.list().toArray({ limit: 100 });
  for (const { transaction_type, net, currency = "", description } of entries.reverse()) {
    sums.set(currency ?? "", (sums.get(currency ?? "") ?? 0) + Number(net));
    const amount = `${Number(net).toFixed(2).padStart(9)} ${currency}`;
    console.log(`  ${(transaction_type ?? "").padEnd(18)}${amount}  ${description ?? ""}`);
  }
  for (const { currency, available_amount } of await seller.balances.current()) {
    const sum = (sums.get(currency) ?? 0).toFixed(2);
    const same = sum === Number(available_amount).toFixed(2);
    say(
      `${currency} in the wallet`,
      `${available_amount}, ${same ? "as" : "NOT as"} the entries add up`,
    );
    if (!same) process.exitCode = 1;
  }
}

console.log(`Using ${emulator ? `the emulator at ${emulator.url}` : "the Airwallex sandbox"}\n`);
console.log("A seller's money");
const sellerId = await openSeller();
say("onboarded", sellerId);
const seller = client.onBehalfOf(sellerId);
await receive(seller);
await convert(seller);
await payOut(seller);
await charge(sellerId);
console.log("\nThe statement");
await printStatement(seller);
await client.close();
await emulator?.close();
