/** A process ends by itself after `close()`, even if the store has gone away with a pair unsaved. */
// right: closed, exit 0
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { connect, oauthClient } from "./lib.mjs";

if (process.argv[2] === undefined) {
  const args = [fileURLToPath(import.meta.url), "child"];
  const { status, stdout } = spawnSync(process.execPath, args, {
    timeout: 40_000,
    encoding: "utf8",
  });
  console.log(`${stdout.trim()}, exit ${status}`);
} else {
  const emulator = createEmulator();
  const inner = createMemoryStore();
  let away = false;
  const guard =
    (work) =>
    (...args) =>
      away ? Promise.reject(new Error("It is closed")) : work(...args);
  const store = { ...inner, read: guard(inner.read), compareAndSet: guard(inner.compareAndSet) };
  const client = oauthClient(emulator.clientOptions, store);
  const id = await connect(client, emulator);
  await client.oauth.connection(id).accounts.current();
  away = true;
  await client.oauth.refresh(id).catch(() => undefined);
  await client.close({ timeoutMs: 1000 }).catch(() => undefined);
  console.log("closed");
}
