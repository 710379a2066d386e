/** Several real processes on one store, some of them killed with SIGKILL while they work. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFileStore } from "../../src/stores/file/index.js";
import { createPostgresStore, createPostgresTables } from "../../src/stores/postgres/index.js";
import { createRedisStore } from "../../src/stores/redis/index.js";
import type { Store } from "../../src/stores/store.js";
import { buildProgram } from "../build-program.js";
import {
  postgresMissing,
  type RunningServer,
  redisMissing,
  startPostgres,
  startRedis,
  titled,
} from "../servers.js";
import type { Line, Order } from "./worker.js";

const program = await buildProgram(new URL("./worker.ts", import.meta.url));

interface Worker {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** Resolves when the process has ended, with true if it finished on its own. */
  readonly ended: Promise<boolean>;
}

const isWrite = (name: string) => (line: Line) => line.store === name && line.event === "wrote";

const missing = [redisMissing, postgresMissing].filter((reason) => reason !== undefined);
const without = missing.length > 0 ? ` (without the store whose ${missing.join(", ")})` : "";

describe(`eight processes${without}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "processes-"));
  const stores: Record<string, Store> = { file: createFileStore({ directory }) };
  let redis: RunningServer | undefined;
  let postgres: RunningServer | undefined;
  let client: Redis | undefined;
  let pool: Pool | undefined;

  beforeAll(async () => {
    if (redisMissing === undefined) {
      redis = await startRedis();
      client = new Redis(redis.url);
      stores["redis"] = createRedisStore(client);
    }
    if (postgresMissing === undefined) {
      postgres = await startPostgres();
      pool = new Pool({ connectionString: postgres.url });
      await createPostgresTables(pool);
      await pool.query("create table effects (id text, worker int)");
      stores["postgres"] = createPostgresStore(pool);
    }
  });
  afterAll(async () => {
    client?.disconnect();
    await pool?.end();
    await redis?.stop();
    await postgres?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(
    task: Order["task"],
    times: number,
    onLine?: (line: Line, worker: Worker) => void,
  ): Worker {
    const order: Order = {
      task,
      times,
      directory,
      redisUrl: redis?.url,
      postgresUrl: postgres?.url,
    };
    const child = spawn(process.execPath, [program, JSON.stringify(order)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines: Line[] = [];
    const ended = new Promise<boolean>((resolve) =>
      child.once("close", (code) => resolve(code === 0)),
    );
    const worker: Worker = { child, lines, ended };
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      onLine?.(line, worker);
    });
    return worker;
  }

  /** The same eight processes for both tests, because starting them takes longest. */
  let eight: readonly Worker[] = [];
  let heard: (line: Line, worker: Worker) => void = () => undefined;

  test("lose no increment", async () => {
    const counted = new Promise<void>((resolve) => {
      let missing = 8;
      heard = ({ event }) => {
        if (event === "counted" && --missing === 0) resolve();
      };
    });
    eight = Array.from({ length: 8 }, () =>
      start("count and append", 25, (line, worker) => heard(line, worker)),
    );
    await counted;
    for (const [name, store] of Object.entries(stores)) {
      expect(await store.read("counter"), name).toMatchObject({ value: "200", version: 200 });
    }
  });

  test("take over from killed holders, and lose nothing that was written", async () => {
    // Two holders of a lease on each store.
    const victims = [...Object.keys(stores), ...Object.keys(stores)];
    let linesSince = 0;
    const over = new Promise<void>((resolve) => {
      heard = ({ event, store }, { child }) => {
        linesSince++;
        if (victims.length === 0 && linesSince > 100) resolve();
        if (event !== "holding" || store !== victims[0] || linesSince < 40 || child.killed) return;
        child.kill("SIGKILL");
        victims.shift();
        linesSince = 0;
      };
    });
    for (const { child } of eight) child.stdin?.write("go\n");
    await over;
    for (const { child } of eight) child.kill("SIGKILL");
    await Promise.all(eight.map(({ ended }) => ended));

    for (const [name, store] of Object.entries(stores)) {
      const record = await store.read("list");
      const fences = JSON.parse(record?.value ?? "[]") as number[];
      const wrote = eight.flatMap(({ lines }) => lines.filter(isWrite(name)));
      const grow = fences.every((fence, index) => fence > (fences[index - 1] ?? 0));
      expect(grow, `${name}: fences grow`).toBe(true);
      expect(record?.version, `${name}: one version for each write`).toBe(fences.length);
      const confirmed = wrote.map(({ fence }) => fence);
      expect(fences, `${name}: what was confirmed`).toEqual(expect.arrayContaining(confirmed));
      expect(fences.length - wrote.length, `${name}: answers lost`).toBeLessThanOrEqual(8);
      expect(wrote.length, `${name}: work went on`).toBeGreaterThan(10);
    }
  });

  test.skipIf(postgresMissing)(
    titled("handle each event exactly once in the inbox's transaction", postgresMissing),
    async () => {
      const events = 150;
      let handled = 0;
      const kill = (line: Line, worker: Worker): void => {
        if (line.event !== "working" || ++handled % 25 !== 0 || handled > 50) return;
        worker.child.kill("SIGKILL");
      };
      const workers = Array.from({ length: 4 }, () => start("inbox", events, kill));
      const ends = await Promise.all(workers.map(({ ended }) => ended));
      expect(ends.filter((end) => !end).length, "were killed").toBe(2);
      // Whatever the killed processes had begun is delivered once more.
      expect(await start("inbox", events).ended).toBe(true);
      const counted = await pool?.query(
        "select id, count(*)::int as times from effects group by id",
      );
      expect(counted?.rows).toHaveLength(events);
      expect(new Set(counted?.rows.map((row: { times: number }) => row.times))).toEqual(
        new Set([1]),
      );
    },
  );
});
