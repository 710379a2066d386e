/** A token endpoint that does its work and then answers nonsense, once, does not end a connection. */
// right: 500 {}: CONNECTED
// right: 502 <h1>: CONNECTED
// right: 504: CONNECTED
// right: 200 <h1>: CONNECTED
// right: 200 {}: CONNECTED
// right: 403 <h1>: CONNECTED
// right: 302: CONNECTED
import { startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { connect, oauthClient, proxy } from "./lib.mjs";

const answers = [
  [500, "{}"],
  [502, "<h1>"],
  [504, ""],
  [200, "<h1>"],
  [200, "{}"],
  [403, "<h1>"],
  [302, ""],
];
for (const [status, body] of answers) {
  const emulator = await startEmulator();
  let left = 1;
  const server = await proxy(emulator.url, async (asked) => {
    const real = await asked.forward();
    if (!asked.body.includes("refresh_token") || left-- <= 0) return real;
    return { status, headers: status === 302 ? { location: "/" } : {}, body };
  });
  const client = oauthClient({ baseUrl: server.url }, createMemoryStore());
  const id = await connect(client, emulator);
  await client.oauth.refresh(id).catch(() => undefined);
  emulator.clock.advance("61s");
  await client.oauth.refresh(id).catch(() => undefined);
  console.log(`${status}${body && ` ${body}`}: ${emulator.oauth.connections[0].status}`);
  await client.close();
  server.close();
  await emulator.close();
}
