/** What a foreign page sends to `listen` reaches no terminal as control characters, and no handler as a genuine event. */
// right: a foreign delivery: control characters printed false, forwarded as genuine false
// right: a genuine event afterwards: forwarded true
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { createWebhooks, nodeHandler } from "airwallex-connect/webhooks";
import { seller, serve, until } from "./lib.mjs";

const secret = "whsec_listen";
const handled = [];
const hooks = createWebhooks({ secrets: secret }).onAny(({ name }) => {
  handled.push(name);
});
const app = await serve(nodeHandler(hooks, { onError: () => undefined }));
const emulator = await startEmulator();
const packed = dirname(createRequire(import.meta.url).resolve("airwallex-connect/package.json"));
const to = ["--forward-to", app.url, "--emulator", emulator.url, "--secret", secret];
const child = spawn(process.execPath, [join(packed, "dist/cli.js"), "listen", ...to]);
let printed = "";
for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
const received = () => emulator.webhooks.subscriptions.at(-1)?.url;
const url = await until(received);

const steering = "\u001b]52;c;Y3VybA==\u0007\u001b[2J";
const forged = { id: `evt_1${steering}`, name: `account.${steering}active`, account_id: "a" };
const body = JSON.stringify({ ...forged, data: {} });
const headers = { origin: "http://evil.example", "content-type": "text/plain" };
await (await fetch(url, { method: "POST", headers, body })).text();
await until(() => printed.includes("evt_1"));
const isControl = (character) => character < " " || character === "\u007f";
const reaches = [...printed.replaceAll("\n", "")].some(isControl);
console.log(
  `a foreign delivery: control characters printed ${reaches}, forwarded as genuine ${handled.length > 0}`,
);

const client = createClient(emulator.clientOptions);
const { id } = await client.accounts.create(seller);
emulator.accounts.setStatus(id, "ACTIVE");
const forwarded = await until(() => handled.includes("account.active")).catch(() => false);
console.log(`a genuine event afterwards: forwarded ${forwarded}`);
child.kill();
await once(child, "exit");
await client.close();
await emulator.close();
app.close();
