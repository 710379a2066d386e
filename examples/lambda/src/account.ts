/** Reads the status of an account. The client is made once for all calls of a warm function. */

import { createClient } from "airwallex-connect";

const client = createClient({
  environment: "sandbox",
  clientId: process.env["AIRWALLEX_CLIENT_ID"] ?? "",
  apiKey: process.env["AIRWALLEX_API_KEY"] ?? "",
  // Only set on your machine, to use the emulator.
  baseUrl: process.env["AIRWALLEX_BASE_URL"],
  // Less than the function's own limit.
  timeoutMs: 20_000,
});

export async function handler(event: { readonly accountId: string }) {
  const { id, status } = await client.accounts.retrieve(event.accountId);
  return { id, status };
}
