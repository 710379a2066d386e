/** A token that an answer quotes is redacted, however it is encoded or glued to other text. */
// right: plain: safe
// right: url-encoded: safe
// right: JSON in JSON: safe
// right: literal line break: safe
// right: glued: safe
import { createClient } from "airwallex-connect";
import { serve } from "./lib.mjs";

const token = "eyJhbGciOiJIUzI1NiJ9.SECRET-TOKEN.sig";
const ways = {
  plain: (text) => `bad header ${text}`,
  "url-encoded": (text) => `bad header ${encodeURIComponent(text)}`,
  "JSON in JSON": (text) => `bad header \\u0022Bearer\\u0022:\\u0022${text.slice(7)}\\u0022`,
  "literal line break": (text) => `authorization:\\n${text.slice(7)}`,
  glued: (text) => `token${text.slice(7)}`,
};
let way;
const { url, close } = await serve((request, response) => {
  if (request.url.includes("login")) return response.end(JSON.stringify({ token }));
  response.statusCode = 400;
  response.end(JSON.stringify({ code: "x", message: way(request.headers.authorization) }));
});
const options = { environment: "sandbox", clientId: "c-SECRET", apiKey: "k-SECRET", baseUrl: url };
const client = createClient({ ...options, maxRetries: 0 });
for (const [name, each] of Object.entries(ways)) {
  way = each;
  const error = await client.accounts.retrieve("acct_1").catch((reason) => reason);
  const said = `${error.message} ${error.remoteMessage} ${JSON.stringify(error)}`;
  console.log(`${name}: ${said.includes("SECRET-TOKEN") ? "LEAKS" : "safe"}`);
}
await client.close();
close();
