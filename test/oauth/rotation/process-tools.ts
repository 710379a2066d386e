/** Separate processes that share a store, and the stores that they share. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { createFileStore } from "../../../src/stores/file/index.js";
import { createPostgresStore, createPostgresTables } from "../../../src/stores/postgres/index.js";
import { createRedisStore } from "../../../src/stores/redis/index.js";
import { createSealedStore } from "../../../src/stores/sealed.js";
import type { Store } from "../../../src/stores/store.js";
import { buildProgram } from "../../build-program.js";
import { postgresMissing, redisMissing, startPostgres, startRedis } from "../../servers.js";
import type { Line, Order } from "./process-worker.js";
import { sealing } from "./sealing.js";

export interface Place {
  readonly store: Store;
  readonly where: string;
  close(): Promise<unknown>;
}

/** Opens a store in a place of its own; `sealed` is a file whose records are encrypted. */
export const places: Record<Order["store"], () => Promise<Place>> = {
  async file() {
    const where = mkdtempSync(join(tmpdir(), "rotation-"));
    // Thousands of records take a while to remove, and servers of other tests run in this process.
    const close = () => rm(where, { recursive: true, force: true });
    return { store: createFileStore({ directory: where }), where, close };
  },
  async sealed() {
    const { where, close } = await places.file();
    const store = createSealedStore(createFileStore({ directory: where }), sealing);
    return { store, where, close };
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
    // Without a listener, a connection that breaks while it is idle would end the process.
    pool.on("error", console.error);
    await createPostgresTables(pool);
    const close = () => pool.end().then(server.stop);
    return { store: createPostgresStore(pool), where: server.url, close };
  },
};

export interface Worker {
  readonly child: ChildProcess;
  readonly lines: Line[];
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
}

/** Stores, each with the reason why it cannot be tested here. */
export const stores: readonly [store: Order["store"], missing: string | undefined][] = [
  ["file", undefined],
  ["sealed", undefined],
  ["redis", redisMissing],
  ["postgres", postgresMissing],
];

const program = await buildProgram(new URL("./process-worker.ts", import.meta.url));

export function startWorker(order: Order): Worker {
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
