/** Runs one schedule: several processes, one store, one server, one connection, and no real time. */

import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import { type Schedule, troubleMs } from "./schedule.js";
import { createStrictServer, type ServerClock, type TokenServer } from "./strict-server.js";
import { createVirtualNetwork } from "./virtual-network.js";
import { createVirtualProcess, type VirtualProcess } from "./virtual-process.js";
import { createVirtualStore, rightSteps, type StateSteps } from "./virtual-store.js";
import { createRandom, createVirtualTime } from "./virtual-time.js";
import {
  accessLifetimeMs,
  closeMs,
  createVirtualWorker,
  type Figures,
  recordOf,
  type Told,
  type VirtualWorker,
} from "./virtual-worker.js";
import { createWitness } from "./witness.js";

export interface Result {
  /** What must never happen, but did. */
  readonly problems: readonly string[];
  /** What became of the connection. */
  readonly end: "alive" | "unknown" | "disconnected";
  readonly figures: Figures;
  readonly server: TokenServer;
  readonly log: readonly string[];
}

export interface WorldOptions {
  readonly storeSteps?: StateSteps;
  readonly createServer?: (clock: ServerClock) => Promise<TokenServer>;
  /** The real work that must finish before time goes on. */
  readonly settled?: () => Promise<unknown> | undefined;
  readonly keepLog?: boolean;
}

export async function runSchedule(schedule: Schedule, options: WorldOptions = {}): Promise<Result> {
  const time = createVirtualTime(options.settled);
  const { nowMs } = time;
  const random = createRandom(schedule.seed);
  const problems: string[] = [];
  const lines: string[] = [];
  const log = (line: () => string): void => {
    if (options.keepLog) lines.push(`${Math.round(nowMs())} ${line()}`);
  };
  const problem = (text: string): void => {
    problems.push(text);
    log(() => `PROBLEM ${text}`);
  };
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => time.at(nowMs() + ms, resolve));
  const createServer = options.createServer ?? createUsualServer;
  const server = await createServer({ nowMs, sleep });
  const witness = createWitness();
  const figures: Figures = { refreshes: 0, lostAnswers: 0, crashes: 0 };
  const store = createVirtualStore({
    nowMs,
    steps: options.storeSteps ?? rightSteps,
    written(count) {
      for (const { change, afterMs, backMs, awayMs } of schedule.failovers) {
        const isInTrouble = nowMs() + afterMs + awayMs < troubleMs;
        if (change !== count || !isInTrouble) continue;
        time.at(nowMs() + afterMs, () => {
          log(() => `STORE forgets ${backMs} ms, and is away for ${awayMs} ms`);
          store.failOver(backMs, awayMs);
        });
      }
    },
    changed(before, after) {
      const old = before?.refreshToken ?? "";
      const isSameMark = before?.spentBy !== undefined && old === after.refreshToken;
      if (after.spentBy !== undefined && !isSameMark) witness.marked(nowMs());
      if (after.status === "revoked") {
        const isDead = server.isDisconnected() || server.isOutdated(old);
        if (!isDead) problem("a living connection was buried");
      } else if (server.place(after.refreshToken) < server.place(old)) {
        problem("an older pair was written over a newer one");
      }
    },
  });
  store.put(recordOf(server.first));

  const workers: VirtualWorker[] = [];
  // The process that handled a new consent.
  let connector: VirtualWorker | undefined;
  const crash = (process: VirtualProcess): void => {
    if (process.isCrashed()) return;
    process.crash();
    figures.crashes++;
    log(() => `${process.name} CRASHED`);
    const slot = workers.findIndex((worker) => worker.process === process);
    time.at(nowMs() + schedule.restartMs, () => restart(slot));
  };
  const network = createVirtualNetwork({ time, random, schedule, witness, log, crash });
  const around = { nowMs, random, network, store, server, witness, figures, problem, log };
  let started = 0;
  const start = (): VirtualWorker => {
    const process = createVirtualProcess(time, `p${++started}`, 1_000_000 * started);
    return createVirtualWorker(process, around);
  };
  function restart(slot: number): void {
    if (workers[slot]?.process.isCrashed()) workers[slot] = start();
  }
  const workerIn = (slot: number): VirtualWorker => workers[slot % workers.length] as VirtualWorker;

  for (let slot = 0; slot < schedule.slots; slot++) workers.push(start());
  plan();
  await time.runUntil(troubleMs, () => problems.length > 0);
  const end = problems.length > 0 ? "alive" : await comeToRest();
  return { problems, end, figures, server, log: lines };

  function plan(): void {
    const { everyMs, askings, clockSteps, suspends, shutdowns } = schedule;
    const { disconnectMs, reconnectMs } = schedule;
    for (const { slot, atMs, kind } of askings) time.at(atMs, () => void workerIn(slot).ask(kind));
    for (let atMs = everyMs; atMs > 0 && atMs < troubleMs; atMs += everyMs) {
      for (const slot of workers.keys()) {
        time.at(atMs + slot * 7, () => void workerIn(slot).ask("use"));
      }
    }
    for (const { slot, atMs, byMs } of clockSteps) {
      time.at(atMs, () => {
        witness.troubled(atMs, atMs);
        workerIn(slot).process.stepClock(byMs);
      });
    }
    for (const { slot, atMs, forMs } of suspends) time.at(atMs, () => suspend(slot, forMs));
    for (const { slot, atMs } of shutdowns) time.at(atMs, () => void shutDown(slot));
    if (disconnectMs !== undefined) time.at(disconnectMs, server.disconnect);
    if (reconnectMs !== undefined) time.at(reconnectMs, () => void reconnect());
  }

  function suspend(slot: number, forMs: number): void {
    const { process } = workerIn(slot);
    const untilMs = Math.min(nowMs() + forMs, troubleMs);
    log(() => `${process.name} SUSPENDED until ${untilMs}`);
    witness.troubled(nowMs(), untilMs + rotationLimits.requestMs);
    process.suspend(untilMs - nowMs());
  }

  async function shutDown(slot: number): Promise<void> {
    const worker = workerIn(slot);
    await worker.close();
    time.at(nowMs() + schedule.restartMs, () => restart(workers.indexOf(worker)));
  }

  async function reconnect(): Promise<void> {
    connector = workerIn(0);
    await connector.keep(await server.reconnect());
  }

  /** Nothing goes wrong from here on: whatever was left behind must recover. */
  async function comeToRest(): Promise<Result["end"]> {
    log(() => "HEALED");
    for (const { process } of workers) process.thaw();
    // Those that were told to end have done so by then.
    await rest(closeMs + 5000);
    for (const slot of workers.keys()) restart(slot);
    await round(90_000, 5000);
    if (connector && !server.isDisconnected() && isOfEarlierConsent(store.peek())) {
      if (!connector.process.isCrashed()) problem("a consent was not stored");
      server.disconnect();
    }
    // Longer than any access token and any grace: what is in the store now has to be the newest.
    await rest(600_000);
    const before = server.issued();
    const told = await round(60_000, 30_000);
    workers.push(start());
    await rest(600_000);
    for (const one of await round(60_000, 30_000)) told.add(one);
    if (server.isDisconnected()) return "disconnected";
    if (store.peek()?.status === "revoked") problem("the connection was buried");
    if (told.has("unavailable")) problem("tokens are unavailable though all is well");
    if (told.has("unknown")) {
      if (told.size > 1) problem(`the outcome is unknown to some: ${[...told].join()}`);
      if (store.peek()?.spentBy === undefined) problem("the outcome is unknown without a mark");
      return "unknown";
    }
    const refreshes = server.issued() - before;
    if (refreshes !== 2) problem(`${refreshes} refreshes for two expiries`);
    if (!server.isNewest(store.peek()?.refreshToken ?? "")) problem("the store is behind");
    return "alive";
  }

  function isOfEarlierConsent(record: ConnectionRecord | undefined): boolean {
    return record?.status === "revoked" || server.isOutdated(record?.refreshToken ?? "");
  }

  async function rest(ms: number): Promise<void> {
    await time.runUntil(nowMs() + ms, () => problems.length > 0);
    if (server.wasLeaked()) problem("the connection was lost");
  }

  /** Everybody asks at intervals, and everybody gets an answer. */
  async function round(forMs: number, everyMs: number): Promise<Set<Told>> {
    const seen = new Set<Told>();
    let open = 0;
    for (let atMs = 0; atMs < forMs; atMs += everyMs) {
      for (const worker of workers) {
        time.at(nowMs() + atMs, () => {
          open++;
          void worker.ask("use").then((told) => {
            open--;
            seen.add(told);
          });
        });
      }
    }
    await rest(forMs + 2 * (rotationLimits.waitMs + rotationLimits.leaseMs));
    if (open > 0 && problems.length === 0) problem(`${open} callers wait for ever`);
    return seen;
  }
}

async function createUsualServer(clock: ServerClock): Promise<TokenServer> {
  const { graceMs } = rotationLimits;
  const refreshLifetimeMs = 90 * 24 * 60 * 60_000;
  return createStrictServer(clock, { graceMs, accessLifetimeMs, refreshLifetimeMs });
}
