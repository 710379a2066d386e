/** Receiving processes, a sender that delivers to them, and SIGKILLs in between. */

import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { signPayload } from "../../src/webhooks/index.js";
import { buildProgram } from "../build-program.js";
import type { InboxName, WorkerLine, WorkerOrder } from "./inbox-worker.js";

/** One run of the work of an event. */
export interface Run {
  readonly inbox: InboxName;
  readonly id: string;
  readonly worker: Worker;
  readonly beganAtMs: number;
  confirmedAtMs: number | undefined;
}

export interface Worker {
  readonly child: ChildProcess;
  readonly port: number;
  killed: boolean;
}

export interface Delivery {
  readonly inbox: InboxName;
  readonly id: string;
}

export interface Fleet {
  readonly runs: readonly Run[];
  /** How many processes have been killed. */
  kills(): number;
  /**
   * Delivers everything, 64 at a time, each delivery to any of the processes. Whatever is not answered with
   * 200 is delivered again a little later, as often as it takes. Returns the number of repeats.
   */
  deliver(deliveries: readonly Delivery[]): Promise<number>;
  /** From here on, kills the process of every `runs`-th run right after it began, `times` times in all. */
  killEvery(runs: number, times: number): void;
  stop(): Promise<void>;
}

const atOnce = 64;

export async function startFleet(size: number, order: WorkerOrder): Promise<Fleet> {
  const program = await buildProgram(new URL("./inbox-worker.ts", import.meta.url));
  const agent = new Agent({ keepAlive: true });
  const runs: Run[] = [];
  const children = new Set<ChildProcess>();
  let plan = { every: Number.POSITIVE_INFINITY, left: 0 };
  let kills = 0;
  let runsSinceKill = 0;

  function hear(worker: Worker, line: WorkerLine): void {
    if (line.event === "ready") return;
    const { inbox, id, atMs } = line;
    if (line.event === "confirmed") {
      const run = runs.findLast(
        (one) => one.worker === worker && one.inbox === inbox && one.id === id,
      );
      if (run) run.confirmedAtMs = atMs;
      return;
    }
    runs.push({ inbox, id, worker, beganAtMs: atMs, confirmedAtMs: undefined });
    if (++runsSinceKill < plan.every || plan.left === 0 || worker.killed) return;
    runsSinceKill = 0;
    plan = { ...plan, left: plan.left - 1 };
    kill(worker);
  }

  function kill(worker: Worker): void {
    worker.killed = true;
    worker.child.kill("SIGKILL");
    kills++;
    const index = workers.indexOf(worker);
    void start().then((next) => {
      workers[index] = next;
    });
  }

  function start(): Promise<Worker> {
    const child = spawn(process.execPath, [program, JSON.stringify(order)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return new Promise((resolve) => {
      let worker: Worker | undefined;
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
        const line = JSON.parse(text) as WorkerLine;
        if (worker) return hear(worker, line);
        if (line.event !== "ready") return;
        worker = { child, port: line.port, killed: false };
        resolve(worker);
      });
    });
  }

  function post({ inbox, id }: Delivery): Promise<boolean> {
    const alive = workers.filter(({ killed }) => !killed);
    const { port } = alive[Math.floor(Math.random() * alive.length)] as Worker;
    const body = JSON.stringify({ id, name: "account.active", account_id: "acct_1", data: {} });
    const headers = {
      ...signPayload(body, { secret: order.secret }),
      "content-length": body.length,
    };
    return new Promise((resolve) => {
      const options = {
        port,
        host: "127.0.0.1",
        path: `/${inbox}`,
        method: "POST",
        headers,
        agent,
      };
      const sent = request(options, (response) => {
        response.once("close", () => resolve(response.complete && response.statusCode === 200));
        response.resume();
      });
      // Also when a process was killed before it answered.
      sent.once("error", () => resolve(false));
      sent.end(body);
    });
  }

  const workers = await Promise.all(Array.from({ length: size }, start));
  return {
    runs,
    kills: () => kills,
    async deliver(deliveries) {
      const waiting = [...deliveries];
      let again = 0;
      async function send(): Promise<void> {
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          while (!(await post(next))) {
            again++;
            await new Promise((resolve) => setTimeout(resolve, 100 + 300 * Math.random()));
          }
        }
      }
      await Promise.all(Array.from({ length: atOnce }, send));
      return again;
    },
    killEvery(every, times) {
      plan = { every, left: times };
    },
    async stop() {
      agent.destroy();
      const ends = [...children].map(
        (child) => new Promise((resolve) => child.once("exit", resolve)),
      );
      for (const child of children) child.stdin?.end();
      await Promise.all(ends);
    },
  };
}
