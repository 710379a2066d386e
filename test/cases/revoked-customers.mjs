/** A customer who has disconnected is no failure of the nightly refresh. */
// right: connection_revoked
// right: night 1: failed 0
// right: night 2: failed 0
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { connect, ended, oauthClient } from "./lib.mjs";

const emulator = createEmulator();
const client = oauthClient(emulator.clientOptions, createMemoryStore());
const id = await connect(client, emulator);
emulator.oauth.disconnect(id);
console.log(await ended(client.oauth.refresh(id)));
for (const night of [1, 2]) {
  const { failed } = await client.oauth.refreshExpiring({ withinMs: 100 * 86_400_000 });
  console.log(`night ${night}: failed ${Array.isArray(failed) ? failed.length : failed}`);
}
