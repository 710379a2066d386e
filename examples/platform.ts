/**
 * What a platform does with money: a seller is onboarded, gets an account number, is paid by a buyer,
 * converts half, pays a supplier, and the platform takes its fee. Uses the embedded emulator, or the real
 * sandbox if AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY are set, or the emulator at AIRWALLEX_BASE_URL.
 *
 *   npm run demo -- platform
 */

import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { business } from "./sellers.js";

const {
  AIRWALLEX_CLIENT_ID: clientId,
  AIRWALLEX_API_KEY: apiKey,
  AIRWALLEX_BASE_URL: baseUrl,
} = process.env;
const emulator = clientId && apiKey ? undefined : await startEmulator();
const client = createClient(
  emulator?.clientOptions ?? {
    environment: "sandbox",
    baseUrl,
    clientId: clientId as string,
    apiKey: apiKey as string,
  },
);

/** Makes request ids unique, so that the example can run again in a sandbox that keeps its payments. */
const run = Date.now().toString(36);
const say = (what: string, result: string): void =>
  console.log(`  ${what.padEnd(46, ".")} ${result}`);

/** Reads until it is as it should be. On the emulator it is so at once; in the sandbox some things take a while. */
async function until<T>(what: string, read: () => Promise<T>, isSo: (value: T) => boolean) {
  const endMs = Date.now() + 120_000;
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    if (Date.now() > endMs) throw new Error(`After 2 minutes, still not so: ${what}`);
    await sleep(250);
  }
}

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
  const { id } = await seller.globalAccounts.create({
    request_id: `account-${run}`,
    country_code: "DE",
    required_features: [{ currency: "EUR", transfer_method: "LOCAL" }],
  });
  const account = await until(
    "the account number is active",
    () => seller.globalAccounts.retrieve(id),
    ({ status }) => status === "ACTIVE",
  );
  say("an account number in Germany", account.iban ?? account.account_number ?? "");
  // In production the buyer's bank does this.
  await seller.simulation.deposits.create({
    global_account_id: id,
    amount: 1000,
    payer_name: "Buyer GmbH",
    reference: "Order 1843",
  });
  const [deposit] = await until(
    "the deposit is settled",
    () => seller.deposits.list().toArray({ limit: 1 }),
    ([newest]) => newest?.status === "SETTLED",
  );
  say("paid by a buyer", `${deposit?.amount} ${deposit?.currency} ${deposit?.status}`);
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
  const { conversion_id } = await seller.conversions.create({
    ...currencies,
    request_id: `conversion-${run}`,
    sell_amount: "500.00",
    quote_id: quote.quote_id,
  });
  const { sell_amount, buy_amount, client_rate } = await until(
    "the conversion is settled",
    () => seller.conversions.retrieve(conversion_id),
    ({ status }) => status === "SETTLED",
  );
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
  const { id, amount, currency } = await client.charges.create({
    request_id: `fee-${run}`,
    source: sellerId,
    amount: "25.00",
    currency: "EUR",
    reason: "professional_business_services",
    reference: "Fees of September",
  });
  await until(
    "the charge is settled",
    () => client.charges.retrieve(id),
    ({ status }) => status === "SETTLED",
  );
  say("the platform takes its fee", `${amount} ${currency}`);
}

async function printStatement(seller: Client<"sandbox">): Promise<void> {
  const sums = new Map<string, number>();
  const entries = await until(
    "the statement is settled",
    () => seller.financialTransactions.list().toArray({ limit: 100 }),
    (listed) => listed.every(({ status }) => status === "SETTLED"),
  );
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

const place = emulator?.url ?? baseUrl;
console.log(`Using ${place ? `the emulator at ${place}` : "the Airwallex sandbox"}\n`);
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
