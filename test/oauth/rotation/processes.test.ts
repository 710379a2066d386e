/**
 * Real processes, real HTTP, real databases; prints the figures. Processes are killed for 6 seconds over
 * each store, or for as long as asked: `ROTATION_SECONDS=30 npx vitest run test/oauth/rotation/processes.test.ts`.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  defaultOAuthClientId as clientId,
  defaultOAuthClientSecret as clientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientWithOAuth, createClient } from "../../../src/index.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { createFileStore } from "../../../src/stores/file/index.js";
import { createPostgresStore, createPostgresTables } from "../../../src/stores/postgres/index.js";
import { createRedisStore } from "../../../src/stores/redis/index.js";
import type { Store } from "../../../src/stores/store.js";
import { postgresMissing, redisMissing, startPostgres, startRedis, titled } from "../../servers.js";
import type { Line, Order } from "./process-worker.js";

const seconds = Number(process.env["ROTATION_SECONDS"] ?? 6);
const keyPrefix = "oauth/";
const redirectUri = "http://127.0.0.1:3000/callback";
const scopes = ["account_details:read"];

interface Place {
  readonly store: Store;
  readonly where: string;
  close(): Promise<unknown>;
}

const places: Record<Order["store"], () => Promise<Place>> = {
  async file() {
    const where = mkdtempSync(join(tmpdir(), "rotation-"));
    const close = async () => rmSync(where, { recursive: true, force: true });
    return { store: createFileStore({ directory: where }), where, close };
  },
  async redis() {
    const server = await startRedis();
    const redis = new Redis(server.url);
    const close = async () => {
      redis.disconnect();
      await server.stop();
    };
    return { store: createRedisStore(redis), where: server.url, close };
  },
  async postgres() {
    const server = await startPostgres();
    const pool = new Pool({ connectionString: server.url });
    await createPostgresTables(pool);
    const close = () => pool.end().then(server.stop);
    return { store: createPostgresStore(pool), where: server.url, close };
  },
};

interface Worker {
  readonly child: ChildProcess;
  readonly lines: Line[];
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
}

// Within the package, so that its imports resolve.
const built = fileURLToPath(
  new URL(`../../../node_modules/.rotation-${process.pid}`, import.meta.url),
);

function start(order: Order): Worker {
  const program = join(built, "process-worker.js");
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  // A process that is being killed no longer reads.
  child.stdin?.on("error", () => undefined);
  const lines: Line[] = [];
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line.event === "ready") resolve();
    });
  });
  return { child, lines, ready, ended };
}

beforeAll(async () => {
  const entry = [fileURLToPath(new URL("./process-worker.ts", import.meta.url))];
  const quiet = { silent: true, config: false, skipNodeModulesBundle: true } as const;
  await build({
    entry,
    outDir: built,
    format: "esm",
    target: "node20",
    ...quiet,
  });
}, 60_000);
afterAll(() => rmSync(built, { recursive: true, force: true }));

describe.each<[store: Order["store"], missing: string | undefined]>([
  ["file", undefined],
  ["redis", redisMissing],
  ["postgres", postgresMissing],
])("eight processes", (name, missing) => {
  let place: Place;
  let emulator: RunningEmulator;
  let client: ClientWithOAuth<"sandbox">;
  let id = "";
  let order: Order;

  beforeAll(async () => {
    if (missing !== undefined) return;
    [place, emulator] = await Promise.all([places[name](), startEmulator()]);
    const oauth = { clientId, clientSecret, redirectUri, scopes, keyPrefix, store: place.store };
    client = createClient({ environment: "sandbox", baseUrl: emulator.url, oauth });
    const session = "session";
    const url = new URL(await client.oauth.authorizationUrl({ session }));
    const state = url.searchParams.get("state") ?? "";
    const back = emulator.oauth.consent({ redirectUri, scope: scopes.join(" "), state });
    ({ id } = (await client.oauth.handleCallback(back, { session })).connection);
    const app = { clientId, clientSecret, emulatorUrl: emulator.url, connectionId: id, keyPrefix };
    order = { task: "call", store: name, where: place.where, ...app };
  }, 60_000);
  afterAll(async () => {
    await emulator?.close();
    await place?.close();
  });

  const connection = () => emulator.oauth.connections.find((one) => one.id === id);

  /** As if five minutes had passed. */
  async function expire(): Promise<void> {
    const stored = await place.store.read(keyPrefix + id);
    const record = JSON.parse(stored?.value ?? "null") as ConnectionRecord;
    const value = JSON.stringify({ ...record, accessLeftMs: 0 });
    const expectedVersion = stored?.version ?? 0;
    await place.store.compareAndSet(keyPrefix + id, {
      value,
      expiresAtMs: undefined,
      expectedVersion,
    });
  }

  test.skipIf(missing)(
    titled(`with 50 callers each refresh once over ${name}`, missing),
    async () => {
      await expire();
      const workers = Array.from({ length: 8 }, () => start(order));
      await Promise.all(workers.map(({ ready }) => ready));
      for (const { child } of workers) child.stdin?.write("go\n");
      await Promise.all(workers.map(({ ended }) => ended));
      const told = workers.map(({ lines }) => lines.find(({ event }) => event === "called"));
      expect(told).toEqual(Array(8).fill({ event: "called", answered: 50, errors: [] }));
      expect(connection()?.refreshes).toBe(1);
      console.log(`${name}: 8 processes with 50 callers each, 400 calls answered, 1 refresh`);
    },
    60_000,
  );

  test.skipIf(missing)(
    titled(`of which one is killed every 100 ms lose nothing over ${name}`, missing),
    async () => {
      const all: Worker[] = [];
      const spares: Worker[] = [];
      const running: Worker[] = [];
      // Started in advance, because starting one takes longer than the time between two kills.
      const spare = (): void => {
        const worker = start({ ...order, task: "rotate" });
        all.push(worker);
        void worker.ready.then(() => spares.push(worker));
      };
      const join = (): void => {
        const worker = spares.shift();
        if (!worker) return;
        worker.child.stdin?.write("go\n");
        running.push(worker);
      };
      for (let count = 0; count < 12; count++) spare();
      await Promise.all(all.map(({ ready }) => ready));
      for (let count = 0; count < 8; count++) join();
      let kills = 0;
      for (const endsAtMs = performance.now() + seconds * 1000; performance.now() < endsAtMs; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        // A busy machine may start them more slowly than we kill them.
        if (spares.length === 0) continue;
        const [worker] = running.splice(Math.floor(Math.random() * running.length), 1);
        worker?.child.kill("SIGKILL");
        kills++;
        join();
        spare();
      }
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ ended }) => ended));
      const failures = all.flatMap(({ lines }) => lines.flatMap(({ errors = [] }) => errors));
      const { refreshes = 0, spent = 0, disconnected } = connection() ?? {};
      console.log(
        `${name}: 8 processes, ${kills} killed with SIGKILL in ${seconds} s, ${spent} rotations, ` +
          `${refreshes - spent} answers lost and asked for again, ${disconnected ? 1 : 0} connections lost; ` +
          `callers told to try again: ${failures.length}`,
      );
      expect(disconnected).toBeUndefined();
      expect(failures.filter((name) => name !== "TokenRefreshUnavailableError")).toEqual([]);
      expect(spent).toBeGreaterThan(0);
      // The stored pair is the newest: with an older one, the second refresh would come too late.
      await client.oauth.refresh(id);
      emulator.clock.advance(5 * 60_000);
      await client.oauth.refresh(id);
      expect(connection()?.status).toBe("CONNECTED");
    },
    60_000 + seconds * 1000,
  );
});
