/** A web page that a developer visits can neither read the emulator nor act in it, and names are not members. */
// right: Host of another site: refused
// right: login with a Host of another site: refused
// right: form of another site: refused
// right: /inspector/constructor: no keys, alive
// right: /inspector/__proto__/x: no keys, alive
// right: redirect_uri that hides its host: refused
// right: control characters are escaped: true
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startEmulator } from "airwallex-connect/emulator";
import { sleep } from "./lib.mjs";

const emulator = await startEmulator();
const { port } = new URL(emulator.url);

function ask(path, { method = "GET", headers = {}, body, to = port } = {}) {
  return new Promise((resolve) => {
    const sent = request(
      { host: "127.0.0.1", port: to, path, method, headers, agent: false },
      async (answer) => {
        resolve({
          status: answer.statusCode,
          text: Buffer.concat(await answer.toArray()).toString(),
        });
      },
    );
    sent.on("error", ({ code }) => resolve({ status: code, text: "" }));
    sent.end(body);
  });
}
const refused = ({ status }) => (status >= 400 && status < 500 ? "refused" : String(status));

const foreign = { host: `evil.example:${port}` };
console.log(
  `Host of another site: ${refused(await ask("/inspector/state", { headers: foreign }))}`,
);
const { clientId, apiKey } = emulator.clientOptions;
const login = { ...foreign, "x-client-id": clientId, "x-api-key": apiKey };
const loggedIn = await ask("/api/v1/authentication/login", { method: "POST", headers: login });
console.log(`login with a Host of another site: ${refused(loggedIn)}`);
const page = { origin: "http://evil.example", "content-type": "text/plain" };
const form = await ask("/oauth/consent", {
  method: "POST",
  headers: page,
  body: "flow=a&action=allow",
});
console.log(`form of another site: ${refused(form)}`);
for (const path of ["/inspector/constructor", "/inspector/__proto__/x"]) {
  const { status, text } = await ask(path);
  const keys = text.includes(apiKey) ? "keys" : "no keys";
  console.log(`${path}: ${keys}, ${typeof status === "number" && status < 500 ? "alive" : status}`);
}
const hidden = encodeURIComponent("http://127.0.0.1:80\\@evil.example/");
const query = "response_type=code&client_id=appid_emulator&scope=account_details:read";
console.log(
  `redirect_uri that hides its host: ${refused(await ask(`/oauth/authorize?${query}&redirect_uri=${hidden}`))}`,
);
await emulator.close();

const packed = dirname(createRequire(import.meta.url).resolve("airwallex-connect/package.json"));
const child = spawn(process.execPath, [join(packed, "dist/cli.js"), "emulator", "--port", "0"]);
let printed = "";
for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
const url = () => /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed);
while (!url()) await sleep(20);
await ask("/x?%1b%5d52;c;Y3VybA%3d%3d%07%1b%5b2J=1", { to: url()[1] });
await ask("/marker", { to: url()[1] });
while (!printed.includes("/marker")) await sleep(20);
const isControl = (character) => character < " " || character === "\u007f";
console.log(
  `control characters are escaped: ${![...printed.replaceAll("\n", "")].some(isControl)}`,
);
child.kill();
await once(child, "exit");
