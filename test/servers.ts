/**
 * Real servers for tests, each with its own directory and port, and gone when the test is over. This file
 * imports nothing of the project: test/cases copies it out.
 */

import { type ChildProcess, execFile, type SpawnOptions, spawn } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export interface RunningServer {
  readonly port: number;
  /** For a client that takes one: `redis://127.0.0.1:6379`, `postgres://postgres@127.0.0.1:5432/postgres`. */
  readonly url: string;
  /** Stops the server at once, without a chance to finish anything, and removes what it wrote. */
  stop(): Promise<void>;
}

/** Why Redis is unavailable here, or undefined if it is available. */
export const redisMissing: string | undefined = missing("redis-server");

/** Why Postgres is unavailable here, or undefined if it is available. */
export const postgresMissing: string | undefined =
  missing("initdb") ?? missing("postgres") ?? missingUser();

/** A title that says why its suite is skipped, if it is. */
export function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: ${reason})`;
}

/** Why pgbouncer is unavailable here, or undefined if it is available. */
export const pgbouncerMissing: string | undefined = postgresMissing ?? missing("pgbouncer");

/** A Redis that keeps nothing on disk. */
export async function startRedis(...more: string[]): Promise<RunningServer> {
  return startRedisOn(await freePort(), ...more);
}

/** The same on a given port, as after a restart. */
export async function startRedisOn(port: number, ...more: string[]): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), "redis-"));
  const quiet = ["--save", "", "--appendonly", "no", "--daemonize", "no"];
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const server = spawnTied("KILL", find("redis-server"), [...where, ...quiet, ...more]);
  const stop = stopper(server, directory);
  await untilReady(stop, () => answers(port));
  return { port, url: `redis://127.0.0.1:${port}`, stop };
}

/** A Sentinel that watches that master, by the name `main`, and fails over when it is away for half a second. */
export async function startSentinel(masterPort: number): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-"));
  const port = await freePort();
  const file = join(directory, "sentinel.conf");
  const watching = `sentinel monitor main 127.0.0.1 ${masterPort} 1
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 5000`;
  writeFileSync(file, `port ${port}\nbind 127.0.0.1\ndir ${directory}\n${watching}\n`);
  const server = spawnTied("KILL", find("redis-server"), [file, "--sentinel"]);
  const stop = stopper(server, directory);
  await untilReady(stop, () => answers(port));
  return { port, url: `redis://127.0.0.1:${port}`, stop };
}

/** A Redis cluster of that many masters, with every slot served. */
export async function startRedisCluster(count: number): Promise<readonly RunningServer[]> {
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startRedis("--cluster-enabled", "yes")),
  );
  const ports = nodes.map(({ port }) => port);
  for (const [index, port] of ports.entries()) {
    const from = Math.floor((16_384 * index) / count);
    const to = Math.floor((16_384 * (index + 1)) / count) - 1;
    await redisCommand(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`);
    await redisCommand(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  for (const port of ports) await redisCommand(ports[0] ?? 0, `CLUSTER MEET 127.0.0.1 ${port}`);
  for (const port of ports) await until(() => isWhole(port, count));
  return nodes;
}

async function isWhole(port: number, count: number): Promise<boolean> {
  const info = await redisCommand(port, "CLUSTER INFO");
  return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${count}`);
}

/** Sends one command and returns the reply in wire format. */
export function redisCommand(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}

/** Postgres with one database, `postgres`, that trusts everybody on this machine. */
export async function startPostgres(): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(directory, "data");
  const user = postgresUser();
  if (user) chownSync(directory, user.uid, user.gid);
  const options = { stdio: "ignore", cwd: directory, ...user } as const;
  const fast = ["--no-sync", "--no-instructions", "--auth=trust", "--username=postgres"];
  // Not synchronous: it takes seconds, and servers of other tests run in this process.
  const initdb = [...fast, "--encoding=UTF8", "--locale=C", "-D", data];
  await promisify(execFile)(find("initdb"), initdb, { cwd: directory, ...user });
  const port = await freePort();
  const settings = ["fsync=off", "max_connections=200", `unix_socket_directories=${directory}`];
  const args = ["-D", data, "-p", String(port), "-h", "127.0.0.1"];
  const configured = settings.flatMap((setting) => ["-c", setting]);
  // Its children end with it; KILL would leave them behind.
  const server = spawnTied("QUIT", find("postgres"), [...args, ...configured], options);
  const stop = stopper(server, directory);
  await untilReady(stop, () => Promise.resolve(isServing(data)));
  return { port, url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** Postgres behind pgbouncer, which lends each transaction one of three connections. */
export async function startPgbouncer(): Promise<RunningServer> {
  const database = await startPostgres();
  const directory = mkdtempSync(join(tmpdir(), "pgbouncer-"));
  const port = await freePort();
  const file = join(directory, "pgbouncer.ini");
  const users = join(directory, "users.txt");
  writeFileSync(users, '"postgres" ""\n');
  const settings = `[databases]
postgres = host=127.0.0.1 port=${database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`;
  writeFileSync(file, settings);
  const user = postgresUser();
  if (user) chownSync(directory, user.uid, user.gid);
  const options = { cwd: directory, ...user };
  const stopBouncer = stopper(spawnTied("KILL", find("pgbouncer"), [file], options), directory);
  const stop = async (): Promise<void> => {
    await stopBouncer();
    await database.stop();
  };
  await untilReady(stop, () => answers(port));
  return { port, url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** Whether Postgres accepts connections, which it records in this file. */
function isServing(data: string): boolean {
  const file = join(data, "postmaster.pid");
  return existsSync(file) && readFileSync(file, "utf8").split("\n")[7]?.trim() === "ready";
}

function find(program: string): string {
  const installed = "/usr/lib/postgresql";
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  const own = versions.map((version) => join(installed, version, "bin"));
  const places = [...(process.env["PATH"] ?? "").split(delimiter), ...own];
  const found = places.map((place) => join(place, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${program} is not installed`);
  return found;
}

function missing(program: string): string | undefined {
  try {
    find(program);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Postgres refuses to run as root, so root runs it as another user. */
function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const line = ["postgres", "nobody"]
    .map((name) => users.find((user) => user.startsWith(`${name}:`)))
    .find((user) => user !== undefined);
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

function missingUser(): string | undefined {
  const isRoot = process.getuid?.() === 0;
  return isRoot && !postgresUser() ? "there is no user to run Postgres as" : undefined;
}

/** A port on which nothing listens at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Starts a server that ends when its standard input does: when we close it, and also when this process is
 * killed before it can close it.
 */
function spawnTied(
  signal: "KILL" | "QUIT",
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const script = `"$@" & read -r line; kill -${signal} $!; wait $!`;
  const stdio = ["pipe", "ignore", "ignore"] as const;
  return spawn("sh", ["-c", script, "sh", program, ...args], { ...options, stdio: [...stdio] });
}

function stopper(server: ChildProcess, directory: string) {
  const ended = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
    server.once("error", () => resolve());
  });
  return async (): Promise<void> => {
    server.stdin?.end();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
}

async function untilReady(
  stop: () => Promise<void>,
  isReady: () => Promise<boolean>,
): Promise<void> {
  try {
    await until(isReady);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function until(isReady: () => Promise<boolean>): Promise<void> {
  for (const endsAtMs = Date.now() + 15_000; Date.now() < endsAtMs; ) {
    if (await isReady()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The server was not ready after 15 seconds");
}
