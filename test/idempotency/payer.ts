/**
 * A process that pays everybody on a list, and that tests kill: `payer.ts <url> <file of payouts>`. It keeps
 * no record of its own: a process that takes over pays the whole list, in an order of its own.
 *
 * Prints the request_id and the payout of each answer on a line.
 */

import { readFileSync } from "node:fs";
import { createClient, type PayoutCreateParams } from "../../src/index.js";

const [baseUrl = "", file = "", clientId = "", apiKey = ""] = process.argv.slice(2);
const client = createClient({ environment: "sandbox", baseUrl, clientId, apiKey });
const payments = JSON.parse(readFileSync(file, "utf8")) as PayoutCreateParams[];
const queue = payments
  .map((payment) => ({ payment, place: Math.random() }))
  .sort((a, b) => a.place - b.place)
  .values();

async function payNext(): Promise<void> {
  for (const { payment } of queue) {
    const { id, request_id } = await client.payouts.create(payment);
    process.stdout.write(`${request_id} ${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, payNext));
await client.close();
