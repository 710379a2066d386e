/** A process that is told to end while a token is renewed in the background has stored the new pair when it ends. */
// right: file: renewed 1, stored true, marked false
// right: sealed file: renewed 1, stored true, marked false
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { startEmulator } from "airwallex-connect/emulator";
import { createFileStore } from "airwallex-connect/stores/file";
import { createSealedStore } from "airwallex-connect/stores/sealed";
import { connect, oauthClient, sleep } from "./lib.mjs";

const lifetimeMs = 6000;

function open(kind, directory) {
  const store = createFileStore({ directory });
  const keys = { a: new Uint8Array(32) };
  return kind === "file" ? store : createSealedStore(store, { keys, currentKid: "a" });
}

if (process.argv[2]) {
  const [, , kind, directory, baseUrl, id] = process.argv;
  const client = oauthClient({ baseUrl }, open(kind, directory));
  process.on("message", async () => {
    await client.oauth.connection(id).accounts.current();
    process.send("answered");
  });
  process.once("SIGTERM", async () => {
    await client.close();
    process.exit(0);
  });
  process.send("ready");
} else {
  for (const kind of ["file", "sealed file"]) {
    const emulator = await startEmulator({ oauth: { accessTokenLifetimeMs: lifetimeMs } });
    const directory = mkdtempSync("store-");
    const store = open(kind, directory);
    const client = oauthClient({ baseUrl: emulator.url }, store);
    const id = await connect(client, emulator);
    const record = async () => JSON.parse((await store.read(`airwallex:connection:${id}`)).value);
    const before = await record();
    const child = fork(new URL(import.meta.url), [kind, directory, emulator.url, id]);
    await once(child, "message");
    // Late in the token's life it is renewed in the background.
    await sleep(lifetimeMs * 0.75);
    emulator.faults.next("oauth.token", { delayMs: 500 });
    child.send("call");
    await once(child, "message");
    await sleep(100);
    child.kill("SIGTERM");
    await once(child, "exit");
    const after = await record();
    const renewed = emulator.oauth.connections[0].refreshes;
    const stored = after.refreshToken !== before.refreshToken;
    console.log(
      `${kind}: renewed ${renewed}, stored ${stored}, marked ${after.spender !== undefined}`,
    );
    await client.close();
    await emulator.close();
  }
}
