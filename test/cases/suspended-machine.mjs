/** A refresh whose answer was lost is not repeated after the machine was suspended for longer than a minute. */
// right: 1 request to the token endpoint, connection CONNECTED
// slow
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { startEmulator } from "airwallex-connect/emulator";
import { createFileStore } from "airwallex-connect/stores/file";
import { connect, oauthClient, sleep } from "./lib.mjs";

const open = (baseUrl, directory) => oauthClient({ baseUrl }, createFileStore({ directory }));

if (process.argv[2]) {
  // SIGSTOP does not stop the monotonic clock, as a suspended machine does: the gap is taken out of it.
  const real = performance.now.bind(performance);
  let hidden = 0;
  let last = real();
  const tick = () => {
    const now = real();
    if (now - last > 3000) hidden += now - last;
    last = now;
  };
  performance.now = () => {
    tick();
    return real() - hidden;
  };
  setInterval(tick, 20).unref();
  const [, , baseUrl, directory, id] = process.argv;
  await open(baseUrl, directory)
    .oauth.refresh(id)
    .catch(() => undefined);
  process.send("over");
} else {
  let child;
  let asked = 0;
  const emulator = await startEmulator({
    onRequest({ path }) {
      if (path !== "/oauth/token" || !child) return;
      asked++;
      if (asked > 1) return;
      setTimeout(() => child.kill("SIGSTOP"), 60);
      setTimeout(() => child.kill("SIGCONT"), 65_000);
    },
  });
  const directory = mkdtempSync("store-");
  const id = await connect(open(emulator.url, directory), emulator);
  emulator.faults.next("oauth.token", { cut: "after" });
  child = fork(new URL(import.meta.url), [emulator.url, directory, id]);
  await once(child, "message");
  await sleep(1000);
  child.kill("SIGKILL");
  const [{ status }] = emulator.oauth.connections;
  console.log(`${asked} request to the token endpoint, connection ${status}`);
  await emulator.close();
}
