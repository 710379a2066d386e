/** A full disk under the file store loses no connection: the pair is kept and written once there is room. */
// right: full when the pair is to be written: renewed, unsaved; room again: saved
// right: full before the token is used: not renewed, used 0 times more; room again: renewed
// right: CONNECTED, nothing left behind
// needs: small-disk
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createFileStore } from "airwallex-connect/stores/file";
import { connect, ended, oauthClient, renewalServer, until } from "./lib.mjs";

const disk = fileURLToPath(new URL("disk", import.meta.url));
if (process.argv[2] !== "mounted") {
  mkdirSync(disk, { recursive: true });
  // A namespace of its own: the disk is gone with the process.
  const script = 'mount -t tmpfs -o size=400k none "$1" && exec "$2" "$3" mounted';
  const args = [disk, process.execPath, fileURLToPath(import.meta.url)];
  const inside = ["--map-root-user", "--mount", "sh", "-c", script, "sh", ...args];
  process.exit(spawnSync("unshare", inside, { stdio: "inherit" }).status ?? 1);
}

const ballast = `${disk}/ballast`;
function fill() {
  for (let size = 4096; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
}
const free = () => rmSync(ballast);

const server = await renewalServer();
const { emulator } = server;
const directory = `${disk}/store`;
const kinds = new Set();
const observer = { onConnection: ({ kind }) => kinds.add(kind) };
const client = oauthClient({ baseUrl: server.url, observer }, createFileStore({ directory }));
const id = await connect(client, emulator);
const used = () => emulator.oauth.connections[0].refreshes;

server.afterRenewal = fill;
const first = [await ended(client.oauth.refresh(id), () => "renewed")];
if (kinds.has("unsaved")) first.push("unsaved");
free();
await until(() => kinds.has("saved"));
console.log(`full when the pair is to be written: ${first.join(", ")}; room again: saved`);

fill();
const before = used();
const refused = await ended(client.oauth.refresh(id), () => "renewed");
const more = used() - before;
free();
const end = await until(async () => {
  const result = await ended(client.oauth.refresh(id), () => "renewed");
  return result === "renewed" && result;
});
const kept = refused === "renewed" ? refused : "not renewed";
console.log(`full before the token is used: ${kept}, used ${more} times more; room again: ${end}`);
emulator.clock.advance("2m");
await client.oauth.refresh(id);
await client.close();
const left = readdirSync(directory, { recursive: true }).filter((name) =>
  /next\.|held\./.test(name),
);
console.log(`${emulator.oauth.connections[0].status}, ${left.join() || "nothing"} left behind`);
await server.close();
