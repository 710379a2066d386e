/** Forged, stale, huge and nested deliveries are refused or survived, and genuine ones are handled once. */
// right: genuine: 200, handled 1
// right: the same again: 200, handled 0
// right: forged: 400, handled 0
// right: another secret: 400, handled 0
// right: timestamp moved: 400, handled 0
// right: six minutes old: 400, handled 0
// right: digits moved from the body to the timestamp: 400, handled 0
// right: no headers: 400, handled 0
// right: named __proto__: 200, handled 1
// right: nested 100,000: answered
// right: 1 GB declared: 413, handled 0
// right: alive: 200, handled 1; polluted false
import { createHmac, randomUUID } from "node:crypto";
import { createServer, request } from "node:http";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createInbox, createWebhooks, nodeHandler, signPayload } from "airwallex-connect/webhooks";

const secret = "whsec_x";
let handled = 0;
const inbox = createInbox(createMemoryStore());
const hooks = createWebhooks({ secrets: secret, inbox }).onAny(() => {
  handled++;
});
process.removeAllListeners("warning");
const server = createServer(nodeHandler(hooks, { onError: () => undefined }));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

function post(body, headers = {}) {
  return new Promise((resolve) => {
    const sent = request(
      { port, host: "127.0.0.1", method: "POST", agent: false, headers },
      (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      },
    );
    sent.on("error", ({ code }) => resolve(code));
    sent.end(body);
  });
}
const event = (more) =>
  JSON.stringify({
    id: `evt_${randomUUID()}`,
    name: "account.active",
    account_id: "acct_1",
    data: {},
    ...more,
  });
const sign = (body, options) => signPayload(body, { secret, ...options });
async function attempt(name, body, headers) {
  const before = handled;
  console.log(`${name}: ${await post(body, headers)}, handled ${handled - before}`);
}

const genuine = event();
await attempt("genuine", genuine, sign(genuine));
await attempt("the same again", genuine, sign(genuine));
const other = event();
await attempt("forged", other, { ...sign(other), "x-signature": "0".repeat(64) });
await attempt("another secret", other, signPayload(other, { secret: "other" }));
const old = Date.now() - 360_000;
await attempt("timestamp moved", other, {
  ...sign(other, { timestampMs: old }),
  "x-timestamp": String(Date.now()),
});
await attempt("six minutes old", other, sign(other, { timestampMs: old }));
const now = String(Date.now());
const shifted = createHmac("sha256", secret).update(`${now}1${other}`).digest("hex");
await attempt("digits moved from the body to the timestamp", other, {
  "x-timestamp": `${now}1`,
  "x-signature": shifted,
});
await attempt("no headers", other);
const named = event({ name: "__proto__" });
await attempt("named __proto__", named, sign(named));
const deep = `{"id":"evt_deep","name":"account.active","account_id":"a","data":${'{"a":'.repeat(1e5)}1${"}".repeat(1e6 / 10)}}`;
const answered = await post(deep, sign(deep));
console.log(`nested 100,000: ${/^[24]\d\d$/.test(answered) ? "answered" : answered}`);
await attempt("1 GB declared", "x", { "content-length": String(2 ** 30) });
const last = event();
const before = handled;
const status = await post(last, sign(last));
console.log(`alive: ${status}, handled ${handled - before}; polluted ${"polluted" in {}}`);
server.close();
server.closeAllConnections();
