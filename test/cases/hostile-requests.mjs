/** The emulator refuses hostile requests with 4xx, shows none of what they say as HTML, and lives. */
// right: 6 bodies: refused with 4xx
// right: 11 paths: answered, none with 5xx
// right: 7 redirect addresses: refused
// right: markup: never in a page as it is
// right: a page that was uploaded: downloaded as a file, not sniffed
// right: alive, polluted false
import { request } from "node:http";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ended } from "./lib.mjs";

const emulator = await startEmulator();
const { port } = new URL(emulator.url);
const client = createClient(emulator.clientOptions);
const { clientId, apiKey } = emulator.clientOptions;

function ask(path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
    sent.on("error", ({ code }) => resolve({ status: code, headers: {}, text: "" }));
    sent.on("response", async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      resolve({ status: answer.statusCode, headers: answer.headers, text });
    });
    sent.end(body);
  });
}
const isRefusal = ({ status }) => status >= 400 && status < 500;
const key = { "x-client-id": clientId, "x-api-key": apiKey };
const login = await ask("/api/v1/authentication/login", { method: "POST", headers: key });
const bearer = { authorization: `Bearer ${JSON.parse(login.text).token}` };

/** Prints one line: what is right, or what was not. */
async function all(title, right, items, work, fits) {
  const wrong = [];
  for (const item of items) {
    const answer = await work(item);
    if (!fits(answer)) wrong.push(`${item.slice(0, 60)}: ${answer.status}`);
  }
  console.log(`${items.length} ${title}: ${wrong.join("; ") || right}`);
}

const deep = 200_000;
const bodies = [
  "[".repeat(deep) + "]".repeat(deep),
  `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`,
  '{"__proto__":{"polluted":1},"account_details":{"__proto__":{"polluted":1}}}',
  JSON.stringify({ identifier: "x".repeat(40e6) }),
  "\u0000",
  "null",
];
const json = { ...bearer, "content-type": "application/json" };
const create = (body) => ask("/api/v1/accounts/create", { method: "POST", headers: json, body });
await all("bodies", "refused with 4xx", bodies, create, isRefusal);

const paths = [
  ...["/%", "/%00", "/..%2f..%2fetc/passwd", "/api/v1/accounts/%E0%A4%A", "*", "http://x.example/"],
  "/files/download/..%2f..%2fetc%2fpasswd?expires=1&signature=x",
  ...["/inspector/accounts/__proto__", "/inspector/toString/x", "/inspector/requests/-1"],
  "/api/v1/accounts/__proto__",
];
const isAnswer = ({ status }) => typeof status === "number" && status < 500;
await all(
  "paths",
  "answered, none with 5xx",
  paths,
  (path) => ask(path, { headers: bearer }),
  isAnswer,
);

const addresses = [
  ...["http://localhost:1@evil.example/", "http://127.0.0.1.evil.example/", "javascript:alert(1)"],
  ...["http://evil.example#@127.0.0.1", "http://127.0.0.1:80\\@evil.example/", "//evil.example"],
  "data:text/html,x",
];
const query = "response_type=code&client_id=appid_emulator&scope=account_details:read";
const authorize = (address) =>
  ask(`/oauth/authorize?${query}&redirect_uri=${encodeURIComponent(address)}`);
await all("redirect addresses", "refused", addresses, authorize, isRefusal);

const markup = "<script>alert(1)</script>";
const pages = [
  await ask("/", { headers: { accept: "text/html", host: `"><${markup}` } }),
  await ask(
    `/oauth/authorize?client_id=${encodeURIComponent(markup)}&${encodeURIComponent(markup)}=1`,
  ),
  await ask(`/${encodeURIComponent(markup)}`, { headers: { accept: "text/html" } }),
];
const shown = pages.filter(
  ({ text, headers }) => String(headers["content-type"]).includes("html") && text.includes(markup),
);
console.log(`markup: ${shown.length === 0 ? "never in a page as it is" : shown[0].text}`);

const { file_id } = await client.files.upload(Buffer.from(markup), {
  name: "a.html",
  contentType: "text/html",
});
const { files } = await client.files.downloadLinks([file_id]);
const { headers } = await fetch(files[0].url);
const asFile = headers.get("content-disposition")?.startsWith("attachment")
  ? "downloaded as a file"
  : "shown";
const sniffed = headers.get("x-content-type-options") === "nosniff" ? "not sniffed" : "sniffed";
console.log(`a page that was uploaded: ${asFile}, ${sniffed}`);

const alive = await ended(client.accounts.list(), () => "alive");
console.log(`${alive}, polluted ${"polluted" in {}}`);
await client.close();
await emulator.close();
