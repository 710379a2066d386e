/** An emulator that runs for long does not grow: what has expired is forgotten, and a reset gives the rest back. */
// right: logins, a hundred days apart: the heap levels off
// right: lists, a hundred days apart: the heap levels off
// right: renewals of a connection, a hundred days apart: the heap levels off
// right: consent pages, a hundred days apart: the heap levels off
// right: deliveries, a hundred days apart: the heap levels off
// right: accounts, with a reset after each round: the heap levels off
// slow
import { createEmulator } from "airwallex-connect/emulator";
import { levelsOff, redirectUri, seller } from "./lib.mjs";

const each = 300;
const emulator = createEmulator({ webhooks: { fetch: async () => new Response("ok") } });
const { clientId, apiKey } = emulator.clientOptions;
const key = { "x-client-id": clientId, "x-api-key": apiKey };
const app = { client_id: "appid_emulator", client_secret: "emulator_client_secret" };

async function ask(method, path, body, headers = {}) {
  const answer = await emulator.fetch(`http://emulator.localhost${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return text.startsWith("{") ? JSON.parse(text) : text;
}
const login = () => ask("POST", "/api/v1/authentication/login", undefined, key);
const bearer = async () => ({ authorization: `Bearer ${(await login()).token}` });
const repeat = async (run) => {
  for (let i = 0; i < each; i++) await run(i);
};

emulator.webhooks.subscribe({ url: "http://127.0.0.1:9/hooks", events: ["account.active"] });
const kinds = {
  logins: () => repeat(login),
  async lists() {
    const headers = await bearer();
    await repeat(() => ask("GET", "/api/v1/accounts", undefined, headers));
  },
  async "renewals of a connection"() {
    const back = emulator.oauth.consent({ redirectUri, scope: "account_details:read" });
    const code = new URL(back).searchParams.get("code");
    const first = { ...app, grant_type: "authorization_code", code, redirect_uri: redirectUri };
    let pair = await ask("POST", "/oauth/token", first);
    await repeat(async () => {
      const { refresh_token } = pair;
      pair = await ask("POST", "/oauth/token", {
        ...app,
        grant_type: "refresh_token",
        refresh_token,
      });
    });
    if (!pair.refresh_token) throw new Error(`No pair: ${JSON.stringify(pair)}`);
  },
  async "consent pages"() {
    const query = `response_type=code&client_id=${app.client_id}&scope=account_details:read&redirect_uri=${redirectUri}`;
    await repeat(() => ask("GET", `/oauth/authorize?${query}`));
  },
  async deliveries() {
    for (let i = 0; i < each; i++) emulator.deliver({ name: "account.active" });
    await emulator.webhooks.settled();
  },
  async accounts() {
    const headers = await bearer();
    await repeat((i) =>
      ask("POST", "/api/v1/accounts/create", { ...seller, identifier: `s${i}` }, headers),
    );
    if (emulator.accounts.list().length < each) throw new Error("No accounts were made");
  },
};

for (const [name, fill] of Object.entries(kinds)) {
  const [how, forget] =
    name === "accounts"
      ? ["with a reset after each round", () => emulator.reset()]
      : ["a hundred days apart", () => emulator.clock.advance("100d")];
  const levels = await levelsOff(async () => {
    await fill();
    forget();
    // What has expired goes with the next request.
    await bearer();
  }, each);
  console.log(`${name}, ${how}: ${levels}`);
}
