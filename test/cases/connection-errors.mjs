/** A connection that cannot be made, whatever the reason, ends a call with an error of ours that says nothing was done. */
// right: 6 ways to fail: unreachable not_done; hangs up: response_lost not_done; no secret in any message
// right: IPv6: answered
// right: through a proxy: answered; proxy gone: unreachable not_done; proxy refuses: unreachable not_done
// right: aborted in 6 phases: the reason that was given, 6 times
// right: 200 calls with one signal: each answered or ended with the reason, unhandled 0
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ProxyAgent } from "undici";
import { ended, serve } from "./lib.mjs";

let unhandled = 0;
process.on("unhandledRejection", () => unhandled++);
const secrets = ["client-id-s3cret", "api-key-s3cret", "proxy-s3cret"];
const [clientId, apiKey, proxyPassword] = secrets;
const messages = [];
function attempt(baseUrl, more) {
  const options = { environment: "sandbox", clientId, apiKey, baseUrl, timeoutMs: 10_000, ...more };
  const call = createClient({ maxRetries: 0, ...options }).accounts.list();
  return ended(
    call.catch((error) => {
      messages.push(`${error.message} ${error.cause?.message}`);
      throw error;
    }),
    () => "answered",
  );
}

function certificate(name) {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...files, ...subject], { stdio: "ignore" });
  return { key: readFileSync(`${name}.key`), cert: readFileSync(`${name}.crt`) };
}
const servers = [];
async function listen(server) {
  servers.push(server);
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}
const nothing = (_, response) => response.end("{}");

const plain = await serve(nothing);
const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" };
const selfSigned = certificate("localhost");
const hangsUp = createServer().on("connection", (socket) => socket.destroy());
const failing = {
  "self-signed": `https://localhost:${await listen(createTlsServer(selfSigned, nothing))}`,
  "another host": `https://localhost:${await listen(createTlsServer(certificate("other.test"), nothing))}`,
  "old TLS": `https://localhost:${await listen(createTlsServer({ ...selfSigned, ...old }, nothing))}`,
  "TLS to a plain port": plain.url.replace("http:", "https:"),
  "unknown name": "https://does-not-exist.invalid",
  refused: "http://127.0.0.1:1",
};
const ends = {};
for (const [name, url] of Object.entries(failing)) ends[name] = await attempt(url);
const wrong = Object.entries(ends).filter(([, end]) => end !== "unreachable not_done");
const cut = await attempt(`http://127.0.0.1:${await listen(hangsUp)}`);
const leaked = () => secrets.some((secret) => messages.join().includes(secret));
const described = wrong.map(String).join(", ") || "unreachable not_done";
const told = `${leaked() ? "a" : "no"} secret in any message`;
console.log(`${Object.keys(ends).length} ways to fail: ${described}; hangs up: ${cut}; ${told}`);

const six = await startEmulator({ host: "::1" }).catch(() => undefined);
// Where the machine has no IPv6 there is nothing to show.
console.log(`IPv6: ${six ? await attempt(six.url, six.clientOptions) : "answered"}`);
await six?.close();

const emulator = await startEmulator();
const { clientOptions } = emulator;
const tunnel = createServer().on("connect", ({ url }, socket) => {
  const [host, port] = url.split(":");
  const upstream = connect(port, host, () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    upstream.pipe(socket).pipe(upstream);
  });
  for (const one of [socket, upstream]) one.on("error", () => upstream.destroy());
});
const refusing = createServer().on("connect", (_, socket) =>
  socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
);
const through = (port) => {
  const dispatcher = new ProxyAgent({
    uri: `http://user:${proxyPassword}@127.0.0.1:${port}`,
    proxyTunnel: true,
  });
  return attempt(emulator.url, { ...clientOptions, dispatcher });
};
const proxied = [await through(await listen(tunnel)), await through(1)];
proxied.push(await through(await listen(refusing)));
console.log(
  `through a proxy: ${proxied[0]}; proxy gone: ${proxied[1]}; proxy refuses: ${proxied[2]}${leaked() ? ", password in a message" : ""}`,
);

const reason = new Error("my reason");
const phases = [
  ["authentication.login", { delayMs: 2000 }],
  ["accounts.list", { delayMs: 60_000 }],
  ["accounts.list", { stall: "headers" }],
  ["accounts.list", { stall: "body" }],
  ["accounts.list", { status: 503 }],
  ["accounts.list", { status: 429, headers: { "retry-after": "30" } }],
];
let kept = 0;
for (const [endpoint, fault] of phases) {
  emulator.faults.always(endpoint, fault);
  const client = createClient({ ...clientOptions, maxRetries: 5 });
  const abort = new AbortController();
  const call = client.accounts.list({}, { signal: abort.signal });
  setTimeout(() => abort.abort(reason), 150);
  if (
    (await ended(
      call.catch((error) => error),
      (error) => error === reason,
    )) === true
  )
    kept++;
  emulator.faults.clear();
  await client.close();
}
console.log(`aborted in ${phases.length} phases: the reason that was given, ${kept} times`);

const client = createClient(clientOptions);
const abort = new AbortController();
const calls = Array.from({ length: 200 }, () => client.accounts.list({}, { signal: abort.signal }));
const settled = Promise.allSettled(calls);
setTimeout(() => abort.abort(reason), 5);
const strange = (await settled).filter((end) => end.status === "rejected" && end.reason !== reason);
console.log(
  `200 calls with one signal: ${strange.length === 0 ? "each answered or ended with the reason" : strange[0].reason}, unhandled ${unhandled}`,
);
await client.close();
await emulator.close();
plain.close();
for (const server of servers) {
  server.close();
  server.closeAllConnections();
}
