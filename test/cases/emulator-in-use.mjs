/** The emulator's program ends at once when it is told to, says when its port is taken, and survives floods of connections. */
// right: second on the same port: exit 1, names the port
// right: listens on 127.0.0.2 too: false
// right: SIGTERM with a request half sent: exit 0
// right: SIGINT: exit 0
// right: 150 connections with 64 file descriptors: alive afterwards
// right: 300 clients at once: made 300, accounts 300
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { ended, seller, until } from "./lib.mjs";

const packed = dirname(createRequire(import.meta.url).resolve("airwallex-connect/package.json"));
const program = [process.execPath, join(packed, "dist/cli.js"), "emulator", "--quiet", "--port"];

/** Runs the program until it serves or ends. */
async function start(port = "0", before = []) {
  const [command, ...args] = [...before, ...program, port];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const running = { child, printed: "", exit: once(child, "exit") };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => (running.printed += data));
  }
  const url = () => /http:\/\/127\.0\.0\.1:(\d+)/.exec(running.printed);
  await until(() => url() || child.exitCode !== null);
  running.port = url()?.[1];
  return running;
}

async function endWith(signal, { child, exit }) {
  child.kill(signal);
  const [code, by] = await Promise.race([
    exit,
    until(() => false).catch(() => [undefined, "stuck"]),
  ]);
  return `exit ${code ?? by}`;
}

const first = await start();
const second = await start(first.port);
const [code] = await second.exit;
const named = second.printed.includes(first.port) ? "names the port" : second.printed;
console.log(`second on the same port: exit ${code}, ${named}`);
const elsewhere = connect(Number(first.port), "127.0.0.2");
const isOpen = await Promise.race([
  once(elsewhere, "connect").then(() => true),
  once(elsewhere, "error").then(() => false),
]).catch(() => false);
elsewhere.destroy();
console.log(`listens on 127.0.0.2 too: ${isOpen}`);

const half = connect(Number(first.port), "127.0.0.1");
half.on("error", () => undefined);
await once(half, "connect");
const head = "POST /api/v1/accounts/create HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n";
await new Promise((sent) => half.write(`${head}expect: 100-continue\r\n\r\n`, sent));
await once(half, "data");
console.log(`SIGTERM with a request half sent: ${await endWith("SIGTERM", first)}`);
half.destroy();
console.log(`SIGINT: ${await endWith("SIGINT", await start())}`);

const canLimit = spawnSync("prlimit", ["--version"]).status === 0;
const small = await start("0", canLimit ? ["prlimit", "--nofile=64"] : []);
const sockets = Array.from({ length: 150 }, () => connect(Number(small.port), "127.0.0.1"));
await Promise.all(
  sockets.map((socket) => {
    socket.on("error", () => undefined);
    return Promise.race([once(socket, "connect"), once(socket, "close")]);
  }),
);
for (const socket of sockets) socket.destroy();
const answers = async () =>
  await fetch(`http://127.0.0.1:${small.port}/api/v1/accounts`).then(
    ({ status }) => status === 401,
    () => false,
  );
const alive = await until(answers).catch(() => false);
console.log(
  `150 connections with 64 file descriptors: ${alive ? "alive afterwards" : small.printed}`,
);
await endWith("SIGKILL", small);

const emulator = await startEmulator();
const made = await Promise.all(
  Array.from({ length: 300 }, async (_, i) => {
    const client = createClient({ ...emulator.clientOptions });
    const end = await ended(
      client.accounts.create({ ...seller, identifier: `s${i}` }),
      () => "made",
    );
    await client.close();
    return end;
  }),
);
const count = made.filter((end) => end === "made").length;
console.log(`300 clients at once: made ${count}, accounts ${emulator.accounts.list().length}`);
await emulator.close();
