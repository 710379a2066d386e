/** A Retry-After that is no time to wait counts as absent: attempts are spaced as usual. */
// right: -5, soon 5, 1, 2, Wed, 21 Oct 2015 07:28:00 GMT, 2 s: 4 attempts, spaced
import { createClient } from "airwallex-connect";
import { serve } from "./lib.mjs";

const values = ["-5", "soon 5", "1, 2", "Wed, 21 Oct 2015 07:28:00 GMT", "2 s"];
const found = new Map();
for (const value of values) {
  const at = [];
  const { url, close } = await serve((request, response) => {
    if (request.url.includes("login")) return response.end('{"token":"t"}');
    at.push(performance.now());
    response.writeHead(503, { "retry-after": value }).end("{}");
  });
  const key = { environment: "sandbox", clientId: "c", apiKey: "k", baseUrl: url };
  const client = createClient({ ...key, timeoutMs: 60_000 });
  await client.accounts.retrieve("acct_1").catch(() => undefined);
  const spaced = at[3] - at[0] > 100 ? "spaced" : "at once";
  const result = `${at.length} attempts, ${spaced}`;
  found.set(result, [...(found.get(result) ?? []), value]);
  await client.close();
  close();
}
for (const [result, which] of found) console.log(`${which.join(", ")}: ${result}`);
