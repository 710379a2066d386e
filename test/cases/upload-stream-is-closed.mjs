/** A stream that was handed to an upload is closed, whether the upload begins or not. */
// right: refused name: closed 10 of 10, files left open 0
// right: aborted: closed 10 of 10, files left open 0
// right: refused login: closed 10 of 10, files left open 0
// right: unreachable: closed 10 of 10, files left open 0
// right: stalled: timeout, closed true
import { createReadStream, readdirSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { sleep } from "./lib.mjs";

writeFileSync("upload.bin", Buffer.alloc(1e6, 1));
const emulator = await startEmulator();
const openFiles = () => readdirSync("/proc/self/fd").length;
const ways = {
  "refused name": [{}, { name: "x".repeat(60) }, {}],
  aborted: [{}, { name: "a.png" }, { signal: AbortSignal.abort() }],
  "refused login": [{ apiKey: "wrong" }, { name: "a.png" }, {}],
  unreachable: [{ filesBaseUrl: "http://127.0.0.1:59", maxRetries: 0 }, { name: "a.png" }, {}],
};
for (const [name, [own, params, options]] of Object.entries(ways)) {
  const client = createClient({ ...emulator.clientOptions, ...own });
  await client.accounts.list().catch(() => undefined);
  const before = openFiles();
  const streams = [];
  for (let i = 0; i < 10; i++) {
    const stream = createReadStream("upload.bin");
    streams.push(stream);
    await client.files.upload(stream, params, options).catch(() => undefined);
  }
  while (openFiles() > before && streams.every(({ destroyed }) => destroyed)) await sleep(10);
  const closed = streams.filter(({ destroyed }) => destroyed).length;
  console.log(`${name}: closed ${closed} of 10, files left open ${openFiles() - before}`);
}
const stalled = new Readable({ read() {} });
stalled.push("x");
const client = createClient(emulator.clientOptions);
const upload = client.files.upload(stalled, { name: "a.png" }, { timeoutMs: 300 });
const code = await upload.catch((error) => error.code);
console.log(`stalled: ${code}, closed ${stalled.destroyed}`);
await client.close();
await emulator.close();
