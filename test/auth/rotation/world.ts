/** Runs one schedule: several processes, one store, one server, one connection, and no real time. */

import { inspect } from "node:util";
import {
  type ConnectionManager,
  createConnectionManager,
} from "../../../src/auth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/auth/connection-record.js";
import { rotationLimits as limits } from "../../../src/auth/rotation.js";
import type { RefreshAnswer } from "../../../src/auth/spend.js";
import { Deadline } from "../../../src/core/deadline.js";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../../../src/errors.js";
import { type Asking, type Schedule, troubleMs } from "./schedule.js";
import { createStrictServer, type ServerClock, type TokenServer } from "./strict-server.js";
import { createVirtualNetwork } from "./virtual-network.js";
import { createVirtualProcess, type VirtualProcess } from "./virtual-process.js";
import { type CellSteps, createVirtualStore, rightSteps } from "./virtual-store.js";
import { createRandom, createVirtualTime } from "./virtual-time.js";

const accessLifetimeMs = 300_000;
const id = "connection-1";

export interface Result {
  /** What must never happen, and did. */
  readonly problems: readonly string[];
  /** What became of the connection. */
  readonly end: "alive" | "unknown" | "disconnected";
  readonly log: readonly string[];
  readonly refreshes: number;
  /** Requests that left a process. */
  readonly steps: number;
  /** By asking: what came of it. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface WorldOptions {
  readonly storeSteps?: CellSteps;
  readonly createServer?: (clock: ServerClock) => Promise<TokenServer>;
  /** What real work has to end before time goes on. */
  readonly settled?: () => Promise<unknown> | undefined;
  readonly keepLog?: boolean;
}

interface Place {
  process: VirtualProcess;
  manager: ConnectionManager;
}

export async function runSchedule(schedule: Schedule, options: WorldOptions = {}): Promise<Result> {
  const time = createVirtualTime(options.settled);
  const random = createRandom(schedule.seed);
  const problems: string[] = [];
  const lines: string[] = [];
  const outcomes: Record<string, number> = {};
  const log = (line: () => string): void => {
    if (options.keepLog) lines.push(`${Math.round(time.nowMs())} ${line()}`);
  };
  const problem = (text: string): void => {
    problems.push(text);
    log(() => `PROBLEM ${text}`);
  };
  const serverClock = { nowMs: time.nowMs, sleep: (ms: number) => sleepBy(ms) };
  const sleepBy = (ms: number): Promise<void> =>
    new Promise((resolve) => time.at(time.nowMs() + ms, resolve));
  const settings = { graceMs: limits.graceMs, accessLifetimeMs, refreshLifetimeMs: 7_776_000_000 };
  const server = options.createServer
    ? await options.createServer(serverClock)
    : createStrictServer(serverClock, settings);
  const store = createVirtualStore({
    nowMs: time.nowMs,
    steps: options.storeSteps ?? rightSteps,
    changed(before, after) {
      if (after.status === "revoked") {
        if (!server.isDisconnected()) problem("a living connection was buried");
      } else if (before && server.place(after.refreshToken) < server.place(before.refreshToken)) {
        problem("an older pair was written over a newer one");
      }
    },
  });
  store.put(firstRecord(server));

  const places: Place[] = [];
  let started = 0;
  const crash = (process: VirtualProcess): void => {
    if (process.isCrashed()) return;
    process.crash();
    log(() => `${process.name} CRASHED`);
    const slot = places.findIndex((place) => place.process === process);
    time.at(time.nowMs() + schedule.restartMs, () => restart(slot));
  };
  const network = createVirtualNetwork({ time, random, schedule, log, crash });

  function start(): Place {
    const process = createVirtualProcess(time, `p${++started}`, 1_000_000 * started);
    let refreshing = 0;
    async function refresh(refreshToken: string, timeoutMs: number): Promise<RefreshAnswer> {
      if (++refreshing > 1) problem("one process refreshes twice at a time");
      const work = (workMs: number) => server.refresh(refreshToken, workMs);
      const what = `refresh ${refreshToken}`;
      const outcome = await network.send({ process, to: "server", what, timeoutMs, work });
      refreshing--;
      const error = new Error(outcome.kind);
      if (outcome.kind === "answered") {
        return outcome.answer.kind === "issued" ? outcome.answer : { ...outcome.answer, error };
      }
      return { kind: outcome.kind === "not_sent" ? "not_sent" : "lost", error };
    }
    let ids = 0;
    const manager = createConnectionManager({
      store: store.open(process, network, random),
      limits,
      refresh,
      nowMs: process.nowMs,
      dateMs: process.dateMs,
      sleep: process.sleep,
      random,
      newId: () => `${process.name}-spender-${++ids}`,
      keyOf: (connection) => `connection/${connection}`,
      publish(event) {
        log(() => `${process.name} EVENT ${event.kind}`);
        checkSecrets(event);
      },
    });
    return { process, manager };
  }

  function restart(slot: number): void {
    if (places[slot]?.process.isCrashed()) places[slot] = start();
  }

  function checkSecrets(told: unknown): void {
    const seen = inspect(told, { depth: 10, showHidden: true }) + JSON.stringify(told);
    if (/secret-/.test(seen)) problem(`a secret is in ${seen}`);
  }

  // Never ends, so that all can share it.
  const deadline = new Deadline(1000, undefined);
  deadline.close();

  async function ask({ slot, kind }: Omit<Asking, "atMs">): Promise<string> {
    const place = places[slot % places.length] as Place;
    const { process } = place;
    if (process.isCrashed()) return "nobody";
    const done = await new Promise<string>((resolve) => {
      process.resume(() => resolve(answer(kind, place)));
    });
    count(`${kind} ${done}`);
    log(() => `${process.name} ${kind} => ${done}`);
    return done;

    async function answer(kind: Asking["kind"], { manager }: Place): Promise<string> {
      try {
        if (kind === "renew") return (await manager.renew(id)) && "token";
        const tokens = manager.tokens(id);
        const token = await tokens.current(deadline);
        if (kind === "use") return judge(token);
        const other = await tokens.replace(token, deadline);
        if (other === undefined) return "none";
        if (other === token) problem("the refused token was handed out again");
        return judge(other);
      } catch (error) {
        checkSecrets(error);
        return nameOf(error);
      }
    }

    function judge(token: string): string {
      if (server.accepts(token) || server.isDisconnected()) return "token";
      const endedMs = server.endsAtMs(token);
      // Its time ran out while the process stood still, or on the way to the store or back.
      const excused = process.wasFrozenSince(endedMs - accessLifetimeMs) || network.wasStoreSlow();
      if (excused && endedMs <= time.nowMs()) return "token";
      const pastMs = time.nowMs() - endedMs;
      problem(`${process.name} got a token that ended ${pastMs} ms ago`);
      return "token";
    }
  }

  function nameOf(error: unknown): string {
    if (error instanceof ConnectionRevokedError) {
      if (!server.isDisconnected()) problem("a living connection was said to be revoked");
      return "revoked";
    }
    if (error instanceof RefreshOutcomeUnknownError) return "unknown";
    if (error instanceof TokenRefreshUnavailableError) return "unavailable";
    problem(`not a typed error: ${inspect(error)}`);
    return "error";
  }

  function count(outcome: string): void {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }

  for (let slot = 0; slot < schedule.slots; slot++) places.push(start());
  plan();
  await time.runUntil(troubleMs, () => problems.length > 0);
  const end = problems.length > 0 ? "alive" : await comeToRest();
  const { steps } = network;
  return { problems, end, log: lines, refreshes: server.refreshes(), steps: steps(), outcomes };

  function plan(): void {
    for (const asking of schedule.askings) time.at(asking.atMs, () => void ask(asking));
    for (let atMs = schedule.everyMs; atMs > 0 && atMs < troubleMs; atMs += schedule.everyMs) {
      for (let slot = 0; slot < schedule.slots; slot++) {
        time.at(atMs + slot * 7, () => void ask({ slot, kind: "use" }));
      }
    }
    for (const { slot, atMs, byMs } of schedule.clockSteps) {
      time.at(atMs, () => places[slot % places.length]?.process.stepClock(byMs));
    }
    const { disconnectMs } = schedule;
    if (disconnectMs !== undefined) time.at(disconnectMs, server.disconnect);
  }

  /** All is well from here on: whatever was left behind must come right. */
  async function comeToRest(): Promise<Result["end"]> {
    log(() => "HEALED");
    for (const [slot, { process }] of places.entries()) {
      process.thaw();
      restart(slot);
    }
    await round(90_000, 5000);
    // Longer than any access token and any grace: what is in the store now has to be the newest.
    await rest(600_000);
    const before = server.refreshes();
    const seen = await round(60_000, 30_000);
    places.push(start());
    await rest(600_000);
    for (const outcome of await round(60_000, 30_000)) seen.add(outcome);
    if (server.wasLeaked()) problem("the connection was lost");
    if (server.isDisconnected()) return "disconnected";
    if (seen.has("unavailable")) problem("tokens are unavailable though all is well");
    if (seen.has("unknown")) {
      if (seen.size > 1) problem(`the outcome is unknown to some: ${[...seen].join()}`);
      if (store.peek()?.spender === undefined) problem("the outcome is unknown without a mark");
      return "unknown";
    }
    if (server.refreshes() !== before + 2) {
      problem(`${server.refreshes() - before} refreshes for two expiries`);
    }
    if (!server.isNewest(store.peek()?.refreshToken ?? "")) problem("the store is behind");
    return "alive";
  }

  async function rest(ms: number): Promise<void> {
    await time.runUntil(time.nowMs() + ms, () => server.wasLeaked());
  }

  /** Everybody asks every so often, and everybody gets an answer. */
  async function round(forMs: number, everyMs: number): Promise<Set<string>> {
    const seen = new Set<string>();
    let open = 0;
    for (let atMs = 0; atMs < forMs; atMs += everyMs) {
      for (const slot of places.keys()) {
        time.at(time.nowMs() + atMs, () => {
          open++;
          void ask({ slot, kind: "use" }).then((outcome) => {
            open--;
            seen.add(outcome);
          });
        });
      }
    }
    await rest(forMs + limits.waitMs + limits.leaseMs);
    if (open > 0 && !server.wasLeaked()) problem(`${open} callers wait for ever`);
    if (server.wasLeaked() && problems.length === 0) problem("the connection was lost");
    return seen;
  }
}

function firstRecord({ first }: TokenServer): ConnectionRecord {
  return {
    id,
    accountId: "acct_1",
    connectedAtMs: 0,
    rotatedAtMs: 0,
    status: "connected",
    accessToken: first.accessToken,
    accessLeftMs: first.accessLifetimeMs,
    refreshToken: first.refreshToken,
  };
}
